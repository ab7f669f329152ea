// What lies in IndexedDB, looked at with the browser's own interface.
import { expect, loaded, test } from '../fixtures/durable.js';

test('points are stored many to a record, in the stores that the design names', async ({ open }) => {
  const page = await open();
  const { stores, counts } = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('layout');
    for (let index = 0; index < 20_000; index += 1) run.log_metrics({ loss: index, accuracy: -index });
    run.log_artifact('same', new Uint8Array([1, 2, 3]));
    run.log_artifact('again', new Uint8Array([1, 2, 3]));
    await run.finish();

    const wait = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await wait(indexedDB.open('entrenar'));
    const stores = Array.from(database.objectStoreNames);
    const transaction = database.transaction(stores);
    const counts = Object.fromEntries(
      await Promise.all(stores.map(async (store) => [store, await wait(transaction.objectStore(store).count())])),
    );
    database.close();
    return { stores, counts };
  });
  expect(stores).toEqual(expect.arrayContaining(['meta', 'experiments', 'runs', 'points', 'artifacts']));
  expect(counts).toMatchObject({ experiments: 1, runs: 1, artifacts: 1 });
  // 40 000 points of 24 bytes, at most 64 000 bytes to a record.
  expect(counts.points).toBeGreaterThan(0);
  expect(counts.points).toBeLessThanOrEqual(40);
});

test('a database of a newer version is refused and left untouched', async ({ open }) => {
  const page = await open();
  const { before, after, refusals } = await page.evaluate(async () => {
    const wait = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const fromTheFuture = indexedDB.open('entrenar', 1_000_000);
    fromTheFuture.onupgradeneeded = () => {
      fromTheFuture.result.createObjectStore('runs').put({ run_id: 'run-7', thoughts: new Float64Array([1, 2]) }, 'run-7');
      fromTheFuture.result.createObjectStore('dreams').put('electric sheep', 1);
    };
    (await wait(fromTheFuture)).close();

    const contents = async () => {
      const database = await wait(indexedDB.open('entrenar'));
      const found = { version: database.version };
      for (const store of database.objectStoreNames) {
        const records = database.transaction(store).objectStore(store);
        found[store] = [await wait(records.getAllKeys()), await wait(records.getAll())];
      }
      database.close();
      return JSON.stringify(found);
    };
    const before = await contents();
    const refusals = [];
    for (const attempt of [
      () => entrenar.WasmStorage.open(),
      () => entrenar.WasmRun.new('old'),
      () => entrenar.WasmRun.resume('run-7'),
    ]) {
      refusals.push(await attempt().then(
        () => 'opened',
        (error) => [error instanceof Error, error.code, error.message.length > 20],
      ));
    }
    return { before, after: await contents(), refusals };
  });
  expect(refusals).toEqual([1, 2, 3].map(() => [true, 'NewerDatabase', true]));
  expect(after).toBe(before);
});

test('a run without IndexedDB works in memory, and says so once', async ({ context, site }) => {
  const page = await context.newPage();
  const warnings = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  await page.addInitScript(() => Object.defineProperty(globalThis, 'indexedDB', { value: undefined }));
  await page.goto(site.blank);
  await loaded(page);
  const runs = await page.evaluate(async () => {
    const results = [];
    for (const name of ['first', 'second']) {
      const run = await entrenar.WasmRun.new(name);
      run.log_metric('loss', 1);
      await run.flush();
      await run.finish();
      results.push([run.is_persistent(), run.status(), JSON.parse(run.get_metrics_json()).loss[0].value]);
    }
    return results;
  });
  expect(runs).toEqual([[false, 'Success', 1], [false, 'Success', 1]]);
  expect(warnings).toHaveLength(1);
});

test('a run asked to stay in memory leaves no trace', async ({ open }) => {
  const page = await open();
  const left = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('secret', { storage: 'memory' });
    run.log_metric('loss', 1);
    await run.finish();
    return [run.is_persistent(), (await indexedDB.databases()).map(({ name }) => name)];
  });
  expect(left).toEqual([false, []]);
});
