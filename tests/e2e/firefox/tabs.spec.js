// Several tabs of Firefox on one database.
import { countIn, expect, KillableFirefox, startRun, test } from '../fixtures/firefox.js';

test('two tabs log at the same time, and each sees what the other logs', async ({ firefox, site }) => {
  const tabs = [await firefox.open(site.blank), await firefox.open(site.blank)];
  const ids = [];
  for (const tab of tabs) ids.push(await startRun(firefox, tab, 'side by side'));
  expect(new Set(ids).size).toBe(2);
  for (const tab of tabs) {
    await firefox.evaluate(tab, () => {
      globalThis.done = (async () => {
        for (let index = 0; index < 10_000; index += 1) {
          run.log_metric('loss', index / 3);
          if (index % 500 === 0) await run.flush();
        }
        await run.flush();
      })();
    });
  }
  for (const tab of tabs) await firefox.evaluate(tab, () => done);
  for (const id of ids) expect(await countIn(firefox, site.blank, id)).toEqual({ stored: 10_000, wrong: 0 });

  await firefox.evaluate(tabs[1], async () => {
    globalThis.storage = await entrenar.WasmStorage.open();
    globalThis.changes = [];
    storage.subscribe((change) => changes.push(change.run_id));
  });
  await firefox.evaluate(tabs[0], () => run.log_metric('loss', 10_000 / 3));
  const seen = () => firefox.evaluate(tabs[1], async (id) => changes.includes(id) && (await storage.get_metrics(id, 'loss')).step.length, ids[0]);
  await expect.poll(seen).toBe(10_001);
});

test('who resumes a run fences its writer off: nothing that either has logged is overwritten', async ({ firefox, site }) => {
  const [first, second] = [await firefox.open(site.blank), await firefox.open(site.blank)];
  const runId = await startRun(firefox, first);
  // A second run in the same flush: Firefox looks for failed requests among the last ones only.
  await firefox.evaluate(first, async () => {
    globalThis.other = await entrenar.WasmRun.new('firefox');
    for (let index = 0; index < 100; index += 1) run.log_metric('loss', index / 3);
    await run.flush();
  });
  await firefox.evaluate(second, async (runId) => {
    globalThis.run = await entrenar.WasmRun.resume(runId);
    for (let index = 100; index < 200; index += 1) run.log_metric('loss', index / 3);
    await run.flush();
  }, runId);
  const code = await firefox.evaluate(first, async () => {
    try {
      run.log_metric('loss', -1);
      other.log_metric('loss', 0);
      await other.flush();
      await run.flush();
      return 'written';
    } catch (error) {
      return error.code;
    }
  });
  expect(code).toBe('RunTakenOver');
  expect(await countIn(firefox, site.blank, runId)).toEqual({ stored: 200, wrong: 0 });
});

test('in private mode a run works', async ({ site }) => {
  const firefox = await KillableFirefox.create({ 'browser.privatebrowsing.autostart': true });
  try {
    await firefox.start();
    const tab = await firefox.open(site.blank);
    await startRun(firefox, tab);
    const state = await firefox.evaluate(tab, async () => {
      run.log_metric('loss', 0.5);
      await run.finish();
      return [run.status(), run.pending_points(), Array.from(run.get_metrics('loss').value)];
    });
    expect(state).toEqual(['Success', 0, [0.5]]);
  } finally {
    await firefox.remove();
  }
});
