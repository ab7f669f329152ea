// When the disk is full or the site's data is cleared, training goes on and nothing that was logged is lost.
import { expect, openIn, readSeries, startRun, test, upTo } from '../fixtures/durable.js';
import { Site } from '../fixtures/site.js';

const COUNT = 200_000;
const ROUNDS = 3;

test('a quota reached and lifted never disturbs logging, and what waited is written when there is room', async ({ context }) => {
  const controller = await context.newCDPSession(await context.newPage());
  for (let round = 0; round < ROUNDS; round += 1) {
    // Chromium remembers the room that is left from the first time an origin asks: the quota is set before that, for an origin
    // that it has not met.
    const site = await Site.start();
    const setQuota = (quotaSize) => controller.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize });
    await setQuota(1_000_000);
    const page = await openIn(context, site.blank);
    const runId = await startRun(page, 'no room');
    const { refusal, pending, next, codes } = await page.evaluate(async (count) => {
      const storage = await entrenar.WasmStorage.open();
      globalThis.kinds = [];
      storage.subscribe(({ kind, code }) => kinds.push(code ? `${kind} ${code}` : kind));
      run.log_series('loss', Float64Array.from({ length: count }, (_, index) => index / 3), 0);
      const refusal = await run.flush().then(() => ['written'], (error) => [error instanceof Error, error.code]);
      run.log_metric('loss', 7);
      return { refusal, pending: run.pending_points() > 0, next: run.current_step('loss'), codes: kinds };
    }, COUNT);
    expect([refusal, pending, next]).toEqual([[true, 'QuotaExceeded'], true, COUNT + 1]);
    expect(codes).toContain('degraded QuotaExceeded');

    await setQuota(undefined);
    await page.waitForFunction(async () => run.flush().then(() => run.pending_points() === 0, () => false), undefined, { polling: 200 });
    await page.waitForFunction(() => kinds.includes('recovered'));
    const reader = await openIn(context, site.blank);
    const { steps, values } = await readSeries(reader, runId, 'loss');
    expect(steps.length).toBe(COUNT + 1);
    expect(values.every((value, index) => value === (index === COUNT ? 7 : index / 3))).toBe(true);
    await reader.close();
    await page.close();
    await site.stop();
  }
});

test('cleared site data is written again from memory, while the run logs on', async ({ context, site }) => {
  const page = await openIn(context, site.blank);
  const controller = await context.newCDPSession(page);
  const runId = await page.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('cleared', { tags: { kept: 'yes' } });
    run.log_artifact('model', new TextEncoder().encode('abc'));
    globalThis.logged = 0;
    globalThis.timer = setInterval(() => {
      for (let point = 0; point < 20; point += 1) run.log_metric('loss', logged++);
    }, 5);
    await run.flush();
    return run.run_id();
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await page.evaluate(() => logged);
    await page.waitForFunction((before) => logged > before + 500, before);
    await controller.send('Storage.clearDataForOrigin', { origin: site.origin, storageTypes: 'indexeddb' });
  }
  const logged = await page.evaluate(() => {
    clearInterval(timer);
    return globalThis.logged;
  });
  await page.waitForFunction(async () => run.flush().then(() => run.pending_points() === 0, () => false), undefined, { polling: 200 });

  const reader = await openIn(context, site.blank);
  expect(await readSeries(reader, runId, 'loss')).toEqual({ steps: upTo(logged), values: upTo(logged) });
  const [record, artifact] = await reader.evaluate(async (runId) => {
    const storage = await entrenar.WasmStorage.open();
    return [storage.run(runId), new TextDecoder().decode(await storage.get_artifact(runId, 'model'))];
  }, runId);
  expect(record).toMatchObject({ status: 'Running', tags: { kept: 'yes' } });
  expect(artifact).toBe('abc');
});
