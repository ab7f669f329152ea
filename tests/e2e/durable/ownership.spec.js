// A run has one writer; others may take it over, rename it or delete it under the writer's hands.
import { expect, openIn, readSeries, startRun, test, upTo } from '../fixtures/durable.js';

const ROUNDS = 5;

/** Has `page` log into its run without end, and say in `globalThis.outcome` what ended it. */
function logOn(page) {
  return page.evaluate(() => {
    globalThis.logged = run.current_step('loss');
    const timer = setInterval(async () => {
      try {
        for (let point = 0; point < 20; point += 1) run.log_metric('loss', logged++ / 3);
        await run.flush();
      } catch (error) {
        clearInterval(timer);
        globalThis.outcome ??= error.code;
      }
    }, 5);
    globalThis.stop = () => clearInterval(timer);
  });
}

test('of two tabs that resume a run exactly one gets it, and no point of either is lost', async ({ context, site, open }) => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = await open();
    const runId = await startRun(first);
    await first.evaluate(() => {
      for (let index = 0; index < 100; index += 1) run.log_metric('loss', index / 3);
    });
    await first.close({ runBeforeUnload: true });
    const heirs = [await open(), await open()];
    const outcomes = await Promise.all(
      heirs.map((page) =>
        page.evaluate(async (runId) => {
          try {
            globalThis.run = await entrenar.WasmRun.resume(runId);
          } catch (error) {
            return error.code;
          }
          return 'resumed';
        }, runId),
      ),
    );
    // Who comes an instant later takes it over from the first, who is told as soon as it writes.
    const written = await Promise.all(
      heirs.map((page, index) =>
        page.evaluate(async ([outcome, mark]) => {
          if (outcome !== 'resumed') return outcome;
          try {
            run.log_metric('loss', mark);
            await run.flush();
            return 'written';
          } catch (error) {
            return error.code;
          }
        }, [outcomes[index], 1_000 + index]),
      ),
    );
    expect(written.toSorted()).toEqual(['RunTakenOver', 'written']);
    const reader = await openIn(context, site.blank);
    const { steps, values } = await readSeries(reader, runId, 'loss');
    const winner = 1_000 + written.indexOf('written');
    expect(values.slice(0, 100)).toEqual(upTo(100).map((index) => index / 3));
    expect(values.filter((value) => value === winner)).toHaveLength(1);
    expect(values.length).toBeLessThanOrEqual(102);
    expect(steps.length).toBe(values.length);
    for (const page of [...heirs, reader]) await page.close();
  }
});

test('a run deleted under its writer stays deleted, and the writer is told', async ({ context, site, open }) => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const writer = await open();
    const runId = await startRun(writer);
    await logOn(writer);
    await writer.waitForFunction(() => logged > 200);
    const other = await open();
    await other.evaluate(async (runId) => (await entrenar.WasmStorage.open()).delete_run(runId), runId);
    await writer.waitForFunction(() => globalThis.outcome !== undefined);
    expect(await writer.evaluate(() => outcome)).toMatch(/^Run(Deleted|NotFound)$/);
    await writer.close({ runBeforeUnload: true });
    const reader = await openIn(context, site.blank);
    expect(await readSeries(reader, runId, 'loss')).toEqual({ missing: 'run' });
    for (const page of [other, reader]) await page.close();
  }
});

test('a run renamed under its writer keeps the name and every point', async ({ context, site, open }) => {
  const writer = await open();
  const runId = await startRun(writer);
  await logOn(writer);
  const other = await open();
  for (let round = 0; round < ROUNDS; round += 1) {
    await other.evaluate(async ([runId, name]) => {
      globalThis.storage ??= await entrenar.WasmStorage.open();
      await storage.rename_run(runId, name);
    }, [runId, `name ${round}`]);
    const before = await writer.evaluate(() => logged);
    await writer.waitForFunction((before) => logged > before + 100, before);
  }
  const logged = await writer.evaluate(async () => {
    stop();
    await run.finish();
    return [globalThis.outcome, globalThis.logged];
  });
  expect(logged[0]).toBeUndefined();
  const reader = await openIn(context, site.blank);
  expect(await readSeries(reader, runId, 'loss')).toEqual({
    steps: upTo(logged[1]),
    values: upTo(logged[1]).map((index) => index / 3),
  });
  const record = await reader.evaluate(async (runId) => (await entrenar.WasmStorage.open()).run(runId), runId);
  expect(record).toMatchObject({ run_name: `name ${ROUNDS - 1}`, status: 'Success' });
});

test('every way to log to a run that was taken over is refused, also for a metric that its new owner does not have', async ({ open }) => {
  const [loser, winner] = [await open(), await open()];
  const runId = await startRun(loser);
  await loser.evaluate(async () => {
    run.log_metrics({ a: 1 });
    await run.flush();
    globalThis.other = await entrenar.WasmRun.new('another run');
    globalThis.storage = await entrenar.WasmStorage.open();
    globalThis.lost = new Promise((resolve) => storage.subscribe(({ kind }) => kind === 'run_lost' && resolve()));
    run.log_metrics({ a: 2, b: 1 });
  });
  await winner.evaluate(async (runId) => {
    globalThis.run = await entrenar.WasmRun.resume(runId);
    run.log_metric('a', 3);
    await run.flush();
  }, runId);
  const codes = await loser.evaluate(async (runId) => {
    await lost;
    // What memory has of it is what the new owner stored.
    await storage.get_metrics(runId, 'a');
    const codeOf = (log) => {
      try {
        log();
        return 'logged';
      } catch (error) {
        return error.code ?? String(error);
      }
    };
    return [
      () => run.log_metrics({ a: 4, b: 2 }),
      () => run.log_metrics({ b: 2 }, 7),
      () => run.log_series('b', [1, 2]),
      () => run.log_metric('b', 2),
      () => run.log_metric_at('b', 7, 2),
      () => run.log_metric('c', 2),
    ].map(codeOf);
  }, runId);
  expect(codes).toEqual(Array(6).fill('RunTakenOver'));
  // Other runs of the page go on.
  expect(await loser.evaluate(async () => {
    other.log_metric('a', 1);
    await other.flush();
    return other.pending_points();
  })).toBe(0);
});
