// Writes tests/fixtures/first-release.json: a database as the package in pkg/ leaves it. Run once for a release, never again:
//   node dump-release.mjs > ../fixtures/first-release.json
import { chromium } from '@playwright/test';
import { browserFlags, browserPath } from './fixtures/browser.js';
import { Site } from './fixtures/site.js';
import { defineDump } from './fixtures/stored.js';

const site = await Site.start();
const browser = await chromium.launch({ executablePath: browserPath, args: browserFlags });
const page = await browser.newPage();
await page.goto(site.blank);
await page.waitForFunction(() => 'entrenar' in globalThis);
await page.evaluate(async () => {
  const { WasmRun, WasmStorage } = entrenar;
  const finished = await WasmRun.new('mnist', { config: { optimizer: 'adam', batch: 64 }, tags: { author: 'ada' }, run_name: 'quiet otter' });
  for (let step = 0; step < 300; step += 1) finished.log_metric('loss', 1 / (step + 1));
  await finished.flush();
  for (const value of [NaN, Infinity, -Infinity, -0, Number.MIN_VALUE, Number.MAX_VALUE]) finished.log_metric('special', value);
  for (const [step, value] of [[7, 1], [3, 2], [7, 3], [2 ** 53 - 1, 4]]) finished.log_metric_at('unordered', step, value);
  finished.log_artifact('model', new TextEncoder().encode('abc'));
  finished.log_artifact('same', new TextEncoder().encode('abc'));
  finished.log_artifact('empty', new Uint8Array());
  finished.set_span_id('00f067aa0ba902b7');
  await finished.finish();

  const running = await WasmRun.new('mnist', { tags: { 'ключ ✓': 'значение' } });
  running.log_metrics({ loss: 2, accuracy: 0.5 }, 10);
  await running.flush();
  running.log_series('loss', Float64Array.from({ length: 50 }, (_, index) => index / 3), 11);
  await running.flush();

  const failed = await WasmRun.new('second experiment');
  failed.log_metric('loss', 9);
  await failed.fail();
  const deleted = await WasmRun.new('second experiment');
  deleted.log_metric('loss', 1);
  await deleted.flush();
  const storage = await WasmStorage.open();
  await storage.delete_run(deleted.run_id());
});
await page.evaluate(defineDump);
const dump = await page.evaluate(() => dumpDatabase('entrenar'));
process.stdout.write(`${JSON.stringify(dump, null, 1)}\n`);
await browser.close();
await site.stop();
