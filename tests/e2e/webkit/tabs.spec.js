// Several tabs of WebKit on one database.
import { countIn, expect, startRun, test } from '../fixtures/webkit.js';

test('two tabs log at the same time, and each sees what the other logs', async ({ webkit, site }) => {
  const tabs = [await webkit.open(site.blank), await webkit.open(site.blank)];
  const ids = [];
  for (const tab of tabs) ids.push(await startRun(webkit, tab, 'side by side'));
  expect(new Set(ids).size).toBe(2);
  for (const tab of tabs) {
    await webkit.evaluate(tab, () => {
      globalThis.done = (async () => {
        for (let index = 0; index < 10_000; index += 1) {
          run.log_metric('loss', index / 3);
          if (index % 500 === 0) await run.flush();
        }
        await run.flush();
      })();
    });
  }
  for (const tab of tabs) await webkit.evaluate(tab, () => done);
  for (const id of ids) expect(await countIn(webkit, site.blank, id)).toEqual({ stored: 10_000, wrong: 0 });

  for (const [reader, writer] of [[1, 0], [0, 1]]) {
    await webkit.evaluate(tabs[reader], async () => {
      globalThis.storage = await entrenar.WasmStorage.open();
      globalThis.changes = [];
      storage.subscribe((change) => changes.push(change.run_id));
    });
    await webkit.evaluate(tabs[writer], () => run.log_metric('loss', 10_000 / 3));
    const seen = () => webkit.evaluate(tabs[reader], async (id) => changes.includes(id) && (await storage.get_metrics(id, 'loss')).step.length, ids[writer]);
    await expect.poll(seen).toBe(10_001);
  }
});

test('who resumes a run fences its writer off: nothing that either has logged is overwritten', async ({ webkit, site }) => {
  const [first, second] = [await webkit.open(site.blank), await webkit.open(site.blank)];
  const runId = await startRun(webkit, first);
  await webkit.evaluate(first, async () => {
    for (let index = 0; index < 100; index += 1) run.log_metric('loss', index / 3);
    await run.flush();
  });
  await webkit.evaluate(second, async (runId) => {
    globalThis.run = await entrenar.WasmRun.resume(runId);
    for (let index = 100; index < 200; index += 1) run.log_metric('loss', index / 3);
    await run.flush();
  }, runId);
  const code = await webkit.evaluate(first, async () => {
    try {
      run.log_metric('loss', -1);
      await run.flush();
      return 'written';
    } catch (error) {
      return error.code;
    }
  });
  expect(code).toBe('RunTakenOver');
  expect(await countIn(webkit, site.blank, runId)).toEqual({ stored: 200, wrong: 0 });
});
