// In Firefox too, a killed browser loses nothing that was confirmed, and never half a flush.
import { countIn, expect, startRun, test } from '../fixtures/firefox.js';

const ROUNDS = 4;

test('a browser killed while it logs loses nothing that flush() confirmed', async ({ firefox, site }) => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const tab = await firefox.open(site.blank);
    const runId = await startRun(firefox, tab);
    await firefox.evaluate(tab, () => {
      globalThis.logged = 0;
      globalThis.confirmed = 0;
      const start = performance.now();
      setInterval(() => {
        for (const due = (performance.now() - start) * 100; logged < due; logged += 1) run.log_metric('loss', logged / 3);
      }, 10);
      const flush = async () => {
        for (;;) {
          const before = logged;
          await run.flush();
          confirmed = before;
          await new Promise((resolve) => setTimeout(resolve, 30));
        }
      };
      flush();
    });
    await expect.poll(() => firefox.evaluate(tab, () => confirmed)).toBeGreaterThan(20_000 + round * 1_234);
    const [confirmed, old] = await firefox.evaluate(tab, () => new Promise((resolve) => {
      const old = logged;
      setTimeout(() => resolve([confirmed, old]), 250);
    }));
    await firefox.kill();
    await firefox.start();
    const { stored, wrong } = await countIn(firefox, site.blank, runId);
    expect(wrong).toBe(0);
    expect(stored).toBeGreaterThanOrEqual(confirmed);
    expect(stored).toBeGreaterThanOrEqual(old);
  }
});

test('a killed browser keeps the status that finish() confirmed, and a run it left can be resumed', async ({ firefox, site }) => {
  const tab = await firefox.open(site.blank);
  const ended = await startRun(firefox, tab);
  await firefox.evaluate(tab, async () => {
    for (let index = 0; index < 10_000; index += 1) run.log_metric('loss', index / 3);
    await run.finish();
  });
  const left = await startRun(firefox, tab);
  await firefox.evaluate(tab, async () => {
    for (let index = 0; index < 10_000; index += 1) run.log_metric('loss', index / 3);
    await run.flush();
  });
  await firefox.kill();
  await firefox.start();
  const next = await firefox.open(site.blank);
  const statuses = await firefox.evaluate(next, async (ended, left) => {
    const run = await entrenar.WasmRun.resume(left);
    run.log_metric('loss', 10_000 / 3);
    await run.finish();
    const storage = await entrenar.WasmStorage.open();
    return [storage.run(ended).status, storage.run(left).status];
  }, ended, left);
  expect(statuses).toEqual(['Success', 'Success']);
  expect(await countIn(firefox, site.blank, ended)).toEqual({ stored: 10_000, wrong: 0 });
  expect(await countIn(firefox, site.blank, left)).toEqual({ stored: 10_001, wrong: 0 });
});
