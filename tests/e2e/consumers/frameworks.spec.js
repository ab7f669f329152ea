// Frameworks: what renders on a server must not stumble over the package, and what runs twice must not log twice.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installConsumer, runIn, servedBy } from '../fixtures/consumer.js';
import { expectLoggedAndFoundAfterReload } from '../fixtures/npm-package.js';
import { expect, test } from '../fixtures/test.js';

test('SvelteKit serves and builds an application that logs', async ({ open, context, site }) => {
  void open;
  const root = await installConsumer('sveltekit', 'src');
  await runIn(root, '@sveltejs/kit/svelte-kit.js', 'sync');
  await servedBy(root, 'vite/bin/vite.js', (port) => ['--port', String(port), '--strictPort'], async (address) =>
    expectLoggedAndFoundAfterReload(await context.newPage(), address),
  );
  await runIn(root, 'vite/bin/vite.js', 'build');
  await expectLoggedAndFoundAfterReload(await context.newPage(), site.addDirectory('sveltekit', join(root, 'build')));
});

test('Next serves and builds an application that logs, with Turbopack and with webpack, and a route handler logs in memory', async ({ open, context }) => {
  void open;
  const root = await installConsumer('next');
  const program = 'next/dist/bin/next';
  const tryAt = async (address) => {
    const page = await context.newPage();
    await page.goto(address);
    await expect(page.locator('body')).toContainText('"persistent":true}');
    await page.reload();
    await expect(page.locator('body')).toContainText('{"found":[0.5');
    const logged = await page.request.get(`${address}log`);
    expect(await logged.json()).toMatchObject({ persistent: false });
    await page.close();
  };
  for (const bundler of ['--turbopack', '--webpack']) {
    await servedBy(root, program, (port) => ['dev', bundler, '--port', String(port)], tryAt);
    await runIn(root, program, 'build', bundler);
    await servedBy(root, program, (port) => ['start', '--port', String(port)], tryAt);
  }
});

test('a hot edit during a run under StrictMode goes on with the same run', async ({ open, context }) => {
  const root = await installConsumer('react');
  const file = join(root, 'app.jsx');
  const text = await readFile(file, 'utf8');
  try {
    await servedBy(root, 'vite/bin/vite.js', (port) => ['--port', String(port), '--strictPort'], async (address) => {
      const page = await context.newPage();
      await page.goto(address);
      await expect(page.locator('#said')).toHaveText('version 1: logging');
      await page.evaluate(() => (globalThis.isSamePage = true));
      await writeFile(file, text.replace('version 1', 'version 2'));
      await expect(page.locator('#said')).toHaveText('version 2: logging');
      expect(await page.evaluate(() => globalThis.isSamePage)).toBe(true);
      const runs = () =>
        page.evaluate(async () => {
          const { WasmStorage } = await import('/node_modules/entrenar/entrenar.js');
          const storage = await WasmStorage.open();
          return storage.list_runs('exp-0').map((id) => storage.run(id).metrics[0]?.count ?? 0);
        });
      await expect.poll(async () => (await runs()).length).toBe(1);
      const [before] = await runs();
      await expect.poll(async () => (await runs())[0]).toBeGreaterThan(before + 20);
    });
  } finally {
    await writeFile(file, text);
  }
  void open;
});
