// Every bundler, in its dev server and when the application is built.
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installConsumer, runIn, servedBy } from '../fixtures/consumer.js';
import { expectLoggedAndFoundAfterReload } from '../fixtures/npm-package.js';
import { test } from '../fixtures/test.js';

for (const version of ['vite5', 'vite6', 'vite7']) {
  test(`${version} serves and builds an application that logs`, async ({ open, context, site }) => {
    void open;
    const root = await installConsumer('bundlers');
    const program = `${version}/bin/vite.js`;
    await servedBy(root, program, (port) => ['--port', String(port), '--strictPort'], async (address) =>
      expectLoggedAndFoundAfterReload(await context.newPage(), address),
    );
    await runIn(root, program, 'build', '--base', './', '--outDir', `dist/${version}`, '--logLevel', 'warn');
    await expectLoggedAndFoundAfterReload(await context.newPage(), site.addDirectory(version, join(root, `dist/${version}`)));
  });
}

test('webpack serves and builds an application that logs', async ({ open, context, site }) => {
  void open;
  const root = await installConsumer('bundlers');
  const program = 'webpack-cli/bin/cli.js';
  await servedBy(root, program, (port) => ['serve', '--mode', 'development', '--port', String(port)], async (address) =>
    expectLoggedAndFoundAfterReload(await context.newPage(), address),
  );
  await runIn(root, program, 'build', '--mode', 'production');
  await copyFile(join(root, 'index.html'), join(root, 'dist/webpack/index.html'));
  await expectLoggedAndFoundAfterReload(await context.newPage(), site.addDirectory('webpack', join(root, 'dist/webpack')));
});

test('esbuild serves and builds an application that logs', async ({ open, context, site }) => {
  void open;
  const root = await installConsumer('bundlers');
  const words = ['main.js', '--bundle', '--format=esm', '--outdir=dist/esbuild'];
  await runIn(root, 'esbuild/bin/esbuild', ...words, '--minify');
  await copyFile(join(root, 'index.html'), join(root, 'dist/esbuild/index.html'));
  await expectLoggedAndFoundAfterReload(await context.newPage(), site.addDirectory('esbuild', join(root, 'dist/esbuild')));
  await servedBy(root, 'esbuild/bin/esbuild', (port) => [...words, '--servedir=dist/esbuild', `--serve=127.0.0.1:${port}`], async (address) =>
    expectLoggedAndFoundAfterReload(await context.newPage(), address),
  );
});

test('rollup builds an application that logs', async ({ open, context, site }) => {
  void open;
  const root = await installConsumer('bundlers');
  await runIn(root, 'rollup/dist/bin/rollup', '--config', '--silent');
  await copyFile(join(root, 'index.html'), join(root, 'dist/rollup/index.html'));
  await expectLoggedAndFoundAfterReload(await context.newPage(), site.addDirectory('rollup', join(root, 'dist/rollup')));
});

test('Parcel serves and builds an application that logs', async ({ open, context, site }) => {
  void open;
  const root = await installConsumer('bundlers');
  const program = 'parcel/lib/bin.js';
  await servedBy(root, program, (port) => ['serve', 'index.html', '--port', String(port), '--no-hmr', '--dist-dir', 'dist/parcel-served'], async (address) =>
    expectLoggedAndFoundAfterReload(await context.newPage(), address),
  );
  await runIn(root, program, 'build', 'index.html', '--public-url', './', '--dist-dir', 'dist/parcel');
  await expectLoggedAndFoundAfterReload(await context.newPage(), site.addDirectory('parcel', join(root, 'dist/parcel')));
});
