// Exports and imports in a database of which something cannot be read.
import { expect, test } from './fixtures/test.js';

test('a list of imports that cannot be read, in part or at all, hinders no import and loses no run', async ({ open, site }) => {
  const page = await open(site.formats);
  const counts = await page.evaluate(async () => {
    const csv = new Blob(['step,loss\n1,0.5\n2,0.25\n']);
    const storage = await entrenar.WasmStorage.open();
    await storage.import_runs(csv);
    const { name } = (await indexedDB.databases())[0];
    const put = (list) => new Promise((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('meta', 'readwrite');
        transaction.objectStore('meta').put(list, 'imports');
        transaction.oncomplete = () => resolve(opening.result.close());
        transaction.onerror = () => reject(transaction.error);
      };
    });
    const counts = [];
    const stale = { token: 'old', heartbeat_ms: 0, run_ids: ['run-99'], contents: [], experiments: [], runs: [] };
    for (const list of [{ format: 1, under_way: [7, { token: 'a', run_ids: 'none' }, stale] }, { format: 1, under_way: 'none' }, { format: 9 }, { format: 1 }]) {
      await put(list);
      await storage.import_runs(csv);
      const ids = storage.list_experiments().flatMap((id) => storage.list_runs(id));
      counts.push([ids.length, ...(await Promise.all(ids.map(async (id) => (await storage.get_metrics(id, 'loss')).value.length)))]);
    }
    return counts;
  });
  expect(counts).toEqual([2, 3, 4, 5].map((runs) => [runs, ...Array(runs).fill(2)]));
});

test('an export says how many points of a run cannot be read', async ({ open, site, problems }) => {
  const page = await open(site.formats);
  const id = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('damaged');
    for (const from of [0, 10]) {
      run.log_series('loss', Float64Array.from({ length: 10 }, (_, step) => step), from);
      await run.flush();
    }
    await run.finish();
    const id = run.run_id();
    run.free();
    const { name } = (await indexedDB.databases())[0];
    await new Promise((resolve) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('points', 'readwrite');
        const cursor = transaction.objectStore('points').openCursor();
        cursor.onsuccess = () => cursor.result.update({ format: 1, points: new Uint8Array([9, 9, 9]) });
        transaction.oncomplete = () => resolve(opening.result.close());
      };
    });
    return id;
  });
  // One that has none of the points in memory.
  const reader = await open(site.formats);
  const seen = await reader.evaluate(async (id) => {
    const losses = [];
    const storage = await entrenar.WasmStorage.open();
    const file = await storage.export_runs([id], 'csv', { on_loss: (text) => losses.push(text) });
    return { losses, rows: (await file.text()).trim().split('\r\n').length - 1 };
  }, id);
  expect(seen.losses.join()).toContain("10 points of run 'run-0' cannot be read where they are stored");
  expect(seen.rows).toBe(10);
  // The page is warned of the record itself.
  problems.clear();
});
