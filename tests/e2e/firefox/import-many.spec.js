// Firefox commits what a transaction was given by the time the browser ends: an import of thousands of runs, published in slices, is there as
// a whole or not at all nonetheless, for the next page stores the rest.
import { expect, test } from '../fixtures/firefox.js';

const RUNS = 2_000;

test('a browser that is killed while an import of thousands of runs is published has all of them or none', async ({ firefox, site }) => {
  for (const [number, waited] of [50, 400, undefined].entries()) {
    const database = `killed ${number}`;
    const tab = await firefox.open(site.formats);
    await firefox.evaluate(tab, async (database, runs) => {
      const lines = ['{"format":"entrenar","version":1}', '{"line":"experiment","id":"exp-0","name":"many","created_ms":1}'];
      for (let run = 0; run < runs; run += 1) {
        lines.push(`{"line":"run","id":"run-${run}","experiment":"exp-0","status":"Success","created_ms":1}`);
        lines.push('{"line":"points","key":"loss","step":[0],"value":[0.5],"timestamp_ms":[1]}');
      }
      lines.push(`{"line":"end","runs":${runs},"points":${runs}}`);
      const storage = await entrenar.WasmStorage.open({ database });
      const file = new Blob([lines.join('\n')]);
      await new Promise((resolve) => {
        globalThis.imported = storage.import_runs(file, { on_progress: (done, total) => done === total && resolve() });
      });
    }, database, RUNS);
    if (waited === undefined) expect(await firefox.evaluate(tab, async () => (await imported).length)).toBe(RUNS);
    else await new Promise((resolve) => setTimeout(resolve, waited));
    await firefox.kill();
    await firefox.start();
    const later = await firefox.open(site.formats);
    const found = () =>
      firefox.evaluate(later, async (database) => {
        const storage = await entrenar.WasmStorage.open({ database });
        const count = storage.list_experiments().reduce((sum, id) => sum + storage.list_runs(id).length, 0);
        await storage.close();
        return count;
      }, database);
    await expect.poll(async () => [0, RUNS].includes(await found()), `killed after ${waited} ms`).toBe(true);
    if (waited === undefined) expect(await found()).toBe(RUNS);
  }
});
