// When the disk is full or the site's data is cleared, training goes on and nothing that was logged is lost.
import { MortalBrowser } from '../fixtures/browser.js';
import { expect, openIn, readSeries, test } from '../fixtures/durable.js';

// A browser of its own: under the flags of Playwright's own launch no quota is enforced.
let browser;
let context;
test.beforeEach(async () => {
  browser = await MortalBrowser.create();
  context = await browser.start();
});
test.afterEach(async () => {
  await browser.remove();
});

const COUNT = 400_000;

test('a used-up quota never disturbs logging, and what waited is written when there is room', async ({ site }) => {
  // Chromium remembers the room that is left from the first time the origin asks: the quota is set before that.
  const controller = await context.newCDPSession(await context.newPage());
  const setQuota = (quotaSize) => controller.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize });
  await setQuota(1_000_000);
  const page = await openIn(context, site.blank);
  const refusal = await page.evaluate(async (count) => {
    globalThis.run = await entrenar.WasmRun.new('no room');
    run.log_series('loss', Float64Array.from({ length: count }, (_, index) => index / 3), 0);
    const refusal = await run.flush().then(
      () => 'written',
      (error) => [error instanceof Error, error.code],
    );
    run.log_metric('loss', 7);
    return { refusal, pending: run.pending_points() > 0, next: run.current_step('loss') };
  }, COUNT);
  expect(refusal).toEqual({ refusal: [true, 'QuotaExceeded'], pending: true, next: COUNT + 1 });

  await setQuota(undefined);
  await page.waitForFunction(async () => run.flush().then(() => run.pending_points() === 0, () => false), undefined, { polling: 500 });
  const runId = await page.evaluate(() => run.run_id());
  const { steps, values } = await readSeries(await openIn(context, site.blank), runId, 'loss');
  expect(steps.length).toBe(COUNT + 1);
  expect(values.every((value, index) => value === (index === COUNT ? 7 : index / 3))).toBe(true);
});

test('cleared site data is written again from memory', async ({ site }) => {
  const page = await openIn(context, site.blank);
  const runId = await page.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('cleared', { tags: { kept: 'yes' } });
    for (let index = 0; index < 1000; index += 1) run.log_metric('loss', index);
    await run.flush();
    return run.run_id();
  });
  const controller = await context.newCDPSession(page);
  await controller.send('Storage.clearDataForOrigin', { origin: site.origin, storageTypes: 'indexeddb' });
  await page.evaluate(() => run.log_metric('loss', 1000));
  await page.waitForFunction(async () => run.flush().then(() => run.pending_points() === 0, () => false), undefined, { polling: 200 });

  const reader = await openIn(context, site.blank);
  expect(await readSeries(reader, runId, 'loss')).toEqual({
    steps: Array.from({ length: 1001 }, (_, index) => index),
    values: Array.from({ length: 1001 }, (_, index) => index),
  });
  const record = await reader.evaluate(async (runId) => (await entrenar.WasmStorage.open()).run(runId), runId);
  expect(record).toMatchObject({ status: 'Running', tags: { kept: 'yes' } });
});
