// An import of thousands of runs is published in slices, and still by one commit: a page that is closed in the middle leaves all or nothing.
import { expect, openIn, test } from './fixtures/test.js';

const RUNS = 4_000;

/** Begins an import into this database. Resolves when the file was read, and publishing begins. */
const begin = async ([database, runs]) => {
  const lines = ['{"format":"entrenar","version":1}', '{"line":"experiment","id":"exp-0","name":"many","created_ms":1}'];
  for (let run = 0; run < runs; run += 1) {
    lines.push(`{"line":"run","id":"run-${run}","experiment":"exp-0","name":"run ${run}","status":"Success","created_ms":1}`);
    lines.push('{"line":"points","key":"loss","step":[0],"value":[0.5],"timestamp_ms":[1]}');
  }
  lines.push(`{"line":"end","runs":${runs},"points":${runs}}`);
  const storage = await entrenar.WasmStorage.open({ database });
  const file = new Blob([lines.join('\n')]);
  await new Promise((resolve) => {
    const on_progress = (done, total) => done === total && resolve();
    globalThis.imported = storage.import_runs(file, { on_progress });
  });
};

test('a page that is closed while an import of thousands of runs is published leaves all of them or none', async ({ open, site, context }) => {
  const seen = [];
  for (const [number, waited] of [0, 30, 100, 250, 500, undefined].entries()) {
    const database = `closed ${number}`;
    const page = await openIn(context, site.formats);
    await page.evaluate(begin, [database, RUNS]);
    if (waited === undefined) expect(await page.evaluate(async () => (await imported).length)).toBe(RUNS);
    else await new Promise((resolve) => setTimeout(resolve, waited));
    await page.close({ runBeforeUnload: false });
    const later = await open(site.formats);
    const found = await later.evaluate(async (database) => {
      const storage = await entrenar.WasmStorage.open({ database });
      const ids = storage.list_experiments().flatMap((id) => storage.list_runs(id));
      const last = ids.length > 0 ? [...(await storage.get_metrics(ids.at(-1), 'loss')).value] : undefined;
      return { runs: ids.length, last };
    }, database);
    expect([0, RUNS], `closed after ${waited} ms`).toContain(found.runs);
    if (found.runs > 0) expect(found.last).toEqual([0.5]);
    seen.push(found.runs);
    await later.close();
  }
  expect(seen.at(-1)).toBe(RUNS);
  expect(seen, 'one was closed before it was published').toContain(0);
});
