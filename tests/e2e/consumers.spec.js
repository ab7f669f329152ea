// The three packages as their users take them: by a bundler, by Node.js, and in a module worker. Once as they ship, and once as the
// documented `wasm-pack build` commands leave them.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildApp, install } from './fixtures/app.js';
import { repository } from './fixtures/site.js';
import { expect, readSeries, test } from './fixtures/test.js';

const packages = [
  { which: 'that ships', web: 'pkg', bundler: 'target/pkg-bundler', nodejs: 'target/pkg-nodejs' },
  { which: 'of wasm-pack', web: 'target/wasm-pack/web', bundler: 'target/wasm-pack/bundler', nodejs: 'target/wasm-pack/nodejs' },
];

const consumer = (name) => join(repository, 'tests/consumers', name);

// Both packages are installed in the same places: never two tests at once.
test.describe.configure({ mode: 'default' });

// Other tests of the same worker are served the package that ships.
test.afterEach(({ site }) => site.addDirectory('pkg', join(repository, 'pkg')));

for (const { which, web, bundler, nodejs } of packages) {
  test(`the bundler package ${which} works in an application built by Vite`, async ({ context, site, open }) => {
    await install(consumer('bundler'), bundler);
    const directory = await buildApp(consumer('bundler'), 'consumer-bundler');
    const page = await context.newPage();
    await page.goto(site.addDirectory('consumer-bundler', directory));
    await expect(page.locator('#metrics')).toContainText('loss');
    expect(JSON.parse(await page.locator('#metrics').textContent()).loss).toMatchObject([{ step: 0, value: 0.5 }]);
    expect(await readSeries(await open(), 'run-0', 'loss')).toEqual({ steps: [0], values: [0.5] });
  });

  test(`the Node.js package ${which} logs in memory, warns once, and lets the process end`, async () => {
    await install(consumer('node'), nodejs);
    // A process that does not end by itself is killed after the limit, and the test fails.
    const { stdout, stderr } = await promisify(execFile)('node', ['log.cjs'], { cwd: consumer('node'), timeout: 20_000 });
    expect(JSON.parse(stdout)).toEqual({
      ids: ['run-0', 'run-1', 'exp-0', 'exp-0'],
      persistent: false,
      status: 'Success',
      classes: ['WasmRun', 'WasmStorage'],
      values: [[0, 0.5], [1, 0.25]],
      heard: [['loss', 0.5, 0], ['loss', 0.25, 1]],
      experiments: expect.any(Array),
    });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/memory/i);
  });

  test(`the web package ${which} logs from a module worker, and what it logged outlives the worker`, async ({ context, site, open }) => {
    site.addDirectory('pkg', join(repository, web));
    const page = await context.newPage();
    await page.goto(`${site.origin}/consumers/worker/index.html`);
    await page.waitForFunction(() => answers.includes('ready'));
    await page.evaluate(() => ask('train'));
    await page.waitForFunction(() => answers.length === 2);
    const { run_id: runId, ...rest } = await page.evaluate(() => answers[1]);
    expect(rest).toEqual({ persistent: true, pending: 0 });
    await page.evaluate(() => terminate());
    expect(await readSeries(await open(), runId, 'loss')).toEqual({
      steps: Array.from({ length: 1000 }, (_, step) => step),
      values: Array.from({ length: 1000 }, (_, step) => 1 / (step + 1)),
    });
  });
}
