// What was logged comes back as it was logged, after a reload and in another tab.
import { expect, loaded, openIn, readSeries, startRun, test } from '../fixtures/durable.js';

test('a run goes on after a reload where it stopped', async ({ context, site, open }) => {
  const page = await open();
  const runId = await startRun(page);
  await page.evaluate(() => {
    for (const value of [3, 2, 1]) run.log_metric('loss', value);
    run.log_metric_at('rate', 40, 0.1);
    location.reload();
  });
  await page.waitForEvent('load');
  await loaded(page);
  const resumed = await page.evaluate(async (runId) => {
    globalThis.run = await entrenar.WasmRun.resume(runId);
    const before = [run.run_id(), run.experiment_id(), run.status(), run.current_step('loss'), run.current_step('rate')];
    run.log_metric('loss', 0.5);
    run.log_metric('rate', 0.2);
    await run.finish();
    return { before, metrics: JSON.parse(run.get_metrics_json()) };
  }, runId);
  expect(resumed.before).toEqual([runId, 'exp-0', 'Running', 3, 41]);
  const points = (series) => series.map(({ step, value }) => [step, value]);
  expect(points(resumed.metrics.loss)).toEqual([[0, 3], [1, 2], [2, 1], [3, 0.5]]);
  expect(points(resumed.metrics.rate)).toEqual([[40, 0.1], [41, 0.2]]);

  const reader = await openIn(context, site.blank);
  expect(await readSeries(reader, runId, 'loss')).toEqual({ steps: [0, 1, 2, 3], values: [3, 2, 1, 0.5] });
});

test('special values are stored exactly and are null in JSON', async ({ open }) => {
  const page = await open();
  const values = [NaN, Infinity, -Infinity, -0, Number.MIN_VALUE, Number.MAX_VALUE, 0.1];
  const runId = await startRun(page);
  const json = await page.evaluate(async (values) => {
    values.forEach((value) => run.log_metric('loss', value));
    await run.flush();
    return run.get_metrics_json();
  }, values);
  // JSON has one zero: adding 0 makes -0 the other one.
  expect(JSON.parse(json).loss.map(({ value }) => (value === null ? null : value + 0))).toEqual([null, null, null, 0, Number.MIN_VALUE, Number.MAX_VALUE, 0.1]);
  expect((await readSeries(await open(), runId, 'loss')).values).toEqual(values);
});

test('points come back by step, equal steps as they were logged', async ({ open }) => {
  const page = await open();
  const runId = await startRun(page);
  await page.evaluate(async () => {
    for (const [step, value] of [[7, 1], [3, 2], [7, 3], [0, 4], [2 ** 53 - 1, 5], [3, 6]]) run.log_metric_at('loss', step, value);
    await run.flush();
  });
  const { steps, values } = await readSeries(await open(), runId, 'loss');
  expect(steps).toEqual([0, 3, 3, 7, 7, 2 ** 53 - 1]);
  expect(values).toEqual([4, 2, 6, 1, 3, 5]);
});

test('artifacts survive a reload', async ({ open }) => {
  const page = await open();
  const runId = await startRun(page);
  const hash = await page.evaluate(async () => {
    const hash = run.log_artifact('model', new TextEncoder().encode('abc'));
    await run.flush();
    return hash;
  });
  expect(hash).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  await page.reload();
  await loaded(page);
  const text = await page.evaluate(async (runId) => {
    const run = await entrenar.WasmRun.resume(runId);
    return new TextDecoder().decode(await run.get_artifact('model'));
  }, runId);
  expect(text).toBe('abc');
});
