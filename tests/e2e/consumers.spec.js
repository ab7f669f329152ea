// The three packages as their users take them: by a bundler, by Node.js, and in a module worker.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildApp, install } from './fixtures/app.js';
import { repository } from './fixtures/site.js';
import { expect, readSeries, test } from './fixtures/test.js';

const consumer = (name) => join(repository, 'tests/consumers', name);

test('the bundler package works in an application built by Vite', async ({ context, site, open }) => {
  await install(consumer('bundler'), 'target/pkg-bundler');
  const directory = await buildApp(consumer('bundler'), 'consumer-bundler');
  const page = await context.newPage();
  await page.goto(site.addDirectory('consumer-bundler', directory));
  await expect(page.locator('#metrics')).toContainText('loss');
  expect(JSON.parse(await page.locator('#metrics').textContent()).loss).toMatchObject([{ step: 0, value: 0.5 }]);
  expect(await readSeries(await open(), 'run-0', 'loss')).toEqual({ steps: [0], values: [0.5] });
});

test('the Node.js package logs in memory, warns once, and lets the process end', async () => {
  await install(consumer('node'), 'target/pkg-nodejs');
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

test('the web package logs from a module worker, and what it logged outlives the worker', async ({ context, site, open }) => {
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
