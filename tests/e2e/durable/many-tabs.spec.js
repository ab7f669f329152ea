// Many tabs at once.
import { expect, test } from '../fixtures/durable.js';

test('fifty tabs that start runs at once get different ids and share one experiment', async ({ open }) => {
  test.setTimeout(120_000);
  const pages = [];
  for (let index = 0; index < 50; index += 1) pages.push(await open());
  const started = await Promise.all(
    pages.map((page, index) =>
      page.evaluate(async (index) => {
        globalThis.run = await entrenar.WasmRun.new('shared');
        run.log_metric('loss', index);
        await run.flush();
        return [run.run_id(), run.experiment_id()];
      }, index),
    ),
  );
  expect(new Set(started.map(([runId]) => runId)).size).toBe(50);
  expect(new Set(started.map(([, experimentId]) => experimentId))).toEqual(new Set(['exp-0']));

  const reader = await open();
  const stored = await reader.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const found = [];
    for (const id of storage.list_runs('exp-0')) {
      const { step, value } = await storage.get_metrics(id, 'loss');
      found.push([id, Array.from(step), Array.from(value)]);
    }
    return [storage.list_experiments().map((id) => storage.experiment(id).name), found];
  });
  const expected = started.map(([runId], index) => [runId, [0], [index]]);
  const byId = (one, other) => one[0].localeCompare(other[0]);
  expect(stored[0]).toEqual(['shared']);
  expect(stored[1].toSorted(byId)).toEqual(expected.toSorted(byId));
});

test('eight tabs with twelve runs each log at once, and every point is where it belongs', async ({ open }) => {
  const [TABS, RUNS, POINTS] = [8, 12, 2_000];
  const pages = [];
  for (let index = 0; index < TABS; index += 1) pages.push(await open());
  const ids = await Promise.all(
    pages.map((page, tab) =>
      page.evaluate(async ([tab, count, points]) => {
        const runs = await Promise.all(Array.from({ length: count }, () => entrenar.WasmRun.new('crowd')));
        for (let point = 0; point < points; point += 1) {
          runs.forEach((run, index) => run.log_metrics({ loss: point / 3, mark: tab * 100 + index }));
          if (point % 100 === 0) await new Promise((resolve) => setTimeout(resolve));
        }
        await Promise.all(runs.map((run, index) => (index % 2 ? run.flush() : run.finish())));
        return runs.map((run) => run.run_id());
      }, [tab, RUNS, POINTS]),
    ),
  );
  expect(new Set(ids.flat()).size).toBe(TABS * RUNS);
  const reader = await open();
  const wrong = await reader.evaluate(async ([ids, points]) => {
    const storage = await entrenar.WasmStorage.open();
    const complaints = [];
    for (const [tab, runs] of ids.entries()) {
      for (const [index, id] of runs.entries()) {
        const { status } = storage.run(id);
        if (status !== (index % 2 ? 'Running' : 'Success')) complaints.push(`${id} is ${status}`);
        for (const [key, expected] of [['loss', (step) => step / 3], ['mark', () => tab * 100 + index]]) {
          const { step, value } = await storage.get_metrics(id, key);
          const exact = step.every((found, place) => found === place && value[place] === expected(place));
          if (step.length !== points || !exact) complaints.push(`${id} has ${step.length} points of ${key}`);
        }
      }
    }
    return complaints;
  }, [ids, POINTS]);
  expect(wrong).toEqual([]);
});
