// A killed browser or page loses nothing that was confirmed, and of the rest the last quarter of a second at most.
import { expect, openIn, readSeriesIn, startRun, test, upTo } from '../fixtures/durable.js';

const COUNT = 10_000;
const ROUNDS = 5;
/** What a kill may cost of what was logged. */
const LOST_MS = 250;

const KILLS = {
  browser: async (killable) => {
    await killable.kill();
    return killable.start();
  },
  renderer: async (killable, page) => {
    await killable.killRenderers(page);
    return killable.connection.contexts()[0];
  },
};

/**
 * Has `page` log 100 000 points a second into four metrics, flushing all the time. What it says to the test: how many points
 * of each metric it had logged when, and how many of them `flush()` had confirmed.
 */
async function logFast(page) {
  const told = { logged: [], confirmed: 0 };
  await page.exposeFunction('tellLogged', (count, at) => told.logged.push({ count, at }));
  await page.exposeFunction('tellConfirmed', (count) => (told.confirmed = count));
  await page.evaluate(() => {
    const start = performance.now();
    let count = 0;
    setInterval(() => {
      const due = (performance.now() - start) * 25;
      for (; count < due; count += 1) {
        run.log_metric('a', count);
        run.log_metric('b', -count);
        run.log_metric('c', count / 3);
        run.log_metric('d', 1 / count);
      }
      tellLogged(count, Date.now());
    }, 10);
    const flush = async () => {
      for (;;) {
        const logged = count;
        await run.flush();
        tellConfirmed(logged);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    };
    flush();
  });
  return told;
}

/** How many points of each metric of a run there are, all of them the first ones that were logged. */
async function expectPrefixes(context, site, runId) {
  const reader = await openIn(context, site.blank);
  const { lengths, counts, wrong } = await reader.evaluate(async (runId) => {
    const storage = await entrenar.WasmStorage.open();
    const runs = storage.list_experiments().flatMap((id) => storage.list_runs(id));
    if (!runs.includes(runId)) throw new Error(`${runId} is not among ${runs}; persistent: ${storage.is_persistent()}`);
    const values = { a: (index) => index, b: (index) => -index, c: (index) => index / 3, d: (index) => 1 / index };
    const lengths = [];
    let wrong = 0;
    for (const key of storage.list_metric_keys(runId)) {
      const { step, value } = await storage.get_metrics(runId, key);
      step.forEach((found, index) => (wrong += Number(found !== index || !Object.is(value[index], values[key](index)))));
      lengths.push(step.length);
    }
    return { lengths, wrong, counts: storage.run(runId).metrics.map(({ count }) => count) };
  }, runId);
  expect(wrong).toBe(0);
  expect(lengths).toHaveLength(4);
  // A run's record is written with its points: a count that differs is half a flush.
  expect(counts).toEqual(lengths);
  await reader.close();
  return lengths;
}

for (const [victim, kill] of Object.entries(KILLS)) {
  test(`a ${victim} killed at 100 000 points a second loses nothing confirmed, never half a flush, ${LOST_MS} ms at most`, async ({ killable, site }) => {
    test.setTimeout(120_000);
    let context = await killable.start();
    const losses = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const page = await openIn(context, site.blank);
      const runId = await startRun(page);
      const told = await logFast(page);
      // Killed at another moment of a flush each time.
      await page.waitForTimeout(600 + round * 37);
      const killed = Date.now();
      context = await kill(killable, page);
      const lengths = await expectPrefixes(context, site, runId);
      const shortest = Math.min(...lengths);
      expect(told.confirmed).toBeGreaterThan(0);
      expect(shortest).toBeGreaterThanOrEqual(told.confirmed);
      losses.push(killed - told.logged.findLast(({ count }) => count <= shortest).at);
      await page.close().catch(() => {});
    }
    test.info().annotations.push({ type: 'lost', description: `${losses.join(', ')} ms of logging` });
    expect(Math.max(...losses), String(losses)).toBeLessThan(LOST_MS);
  });
}

test('a run that nobody flushed loses the last quarter of a second at most', async ({ killable, site }) => {
  let context = await killable.start();
  for (let round = 0; round < 2; round += 1) {
    const page = await openIn(context, site.blank);
    const runId = await startRun(page);
    // One point a millisecond or so; the page says how far it is, so that the test knows what was logged long enough ago.
    await page.evaluate(() => {
      globalThis.logged = 0;
      setInterval(() => run.log_metric('loss', logged++ / 3), 1);
    });
    await page.waitForFunction(() => logged > 300);
    const old = await page.evaluate((lost) => new Promise((resolve) => {
      const { logged } = globalThis;
      setTimeout(() => resolve(logged), lost);
    }), LOST_MS);
    context = await KILLS.browser(killable);
    const { steps, values } = await readSeriesIn(context, site, runId, 'loss');
    expect(steps.length).toBeGreaterThanOrEqual(old);
    expect(steps).toEqual(upTo(steps.length));
    expect(values).toEqual(steps.map((step) => step / 3));
  }
});

for (const [method, status] of [
  ['flush', 'Running'],
  ['finish', 'Success'],
  ['fail', 'Failed'],
  ['cancel', 'Cancelled'],
]) {
  test(`a killed browser keeps the status and the points that ${method}() confirmed`, async ({ killable, site }) => {
    const page = await openIn(await killable.start(), site.blank);
    const runId = await startRun(page);
    const pending = await page.evaluate(async ([method, count]) => {
      for (let index = 0; index < count; index += 1) run.log_metric('loss', index / 3);
      await run[method]();
      return run.pending_points();
    }, [method, COUNT]);
    expect(pending).toBe(0);

    const context = await KILLS.browser(killable);
    expect(await readSeriesIn(context, site, runId, 'loss')).toEqual({
      steps: upTo(COUNT),
      values: upTo(COUNT).map((index) => index / 3),
    });
    const reader = await openIn(context, site.blank);
    const record = await reader.evaluate(async (runId) => (await entrenar.WasmStorage.open()).run(runId), runId);
    expect(record).toMatchObject({ run_id: runId, experiment_id: 'exp-0', status });
  });
}
