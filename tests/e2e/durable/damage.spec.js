// A record that cannot be read is left in place and named; everything else opens.
import { expect, loaded, test } from '../fixtures/durable.js';

/** Changes of one stored record of run-1. */
const DAMAGES = {
  'a truncated row': { store: 'points', damage: (record) => ({ ...record, points: record.points.slice(0, record.points.length - 5) }) },
  'a row of one byte': { store: 'points', damage: (record) => ({ ...record, points: new Uint8Array([1]) }) },
  'a row of noise': { store: 'points', damage: (record) => ({ ...record, points: record.points.map((_, index) => (index * 73 + 255) % 256) }) },
  'a row of the wrong type': { store: 'points', damage: (record) => ({ ...record, points: 'text' }) },
  'a row that is no object': { store: 'points', damage: () => 7 },
  'a row of an unknown format': { store: 'points', damage: (record) => ({ ...record, format: 99 }) },
  'a run of an unknown format': { store: 'runs', damage: (record) => ({ ...record, format: 99 }) },
  'a run with an unknown status': { store: 'runs', damage: (record) => ({ ...record, status: 'Levitating' }) },
  'a run that lacks its experiment': { store: 'runs', damage: ({ experiment_id: _, ...record }) => record },
  'a run that is no object': { store: 'runs', damage: () => null },
  'an experiment of an unknown format': { store: 'experiments', damage: (record) => ({ ...record, format: 99 }) },
  'an artifact of the wrong type': { store: 'artifacts', damage: (record) => ({ ...record, bytes: [1, 2, 3] }) },
};

for (const [name, { store, damage }] of Object.entries(DAMAGES)) {
  test(`${name} spoils nothing else`, async ({ open }) => {
    const page = await open();
    await page.evaluate(async () => {
      for (const experiment of ['first', 'second', 'third']) {
        const run = await entrenar.WasmRun.new(experiment);
        run.log_series('loss', Float64Array.from({ length: 500 }, (_, index) => index / 3), 0);
        run.log_artifact('model', new TextEncoder().encode(experiment));
        await run.finish();
      }
    });
    const damaged = await page.evaluate(async ([store, damage]) => {
      const wait = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const database = await wait(indexedDB.open('entrenar'));
      const { artifacts } = await wait(database.transaction('runs').objectStore('runs').get('run-1'));
      const key = { runs: 'run-1', points: ['run-1', '', 0], experiments: 'exp-1', artifacts: artifacts[0].hash }[store];
      const records = database.transaction(store, 'readwrite').objectStore(store);
      await wait(records.put((0, eval)(damage)(await wait(records.get(key))), key));
      const record = await wait(database.transaction(store).objectStore(store).get(key));
      database.close();
      return JSON.stringify(record, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value));
    }, [store, String(damage)]);

    const warnings = [];
    page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
    await page.reload();
    await loaded(page);
    const found = await page.evaluate(async () => {
      const storage = await entrenar.WasmStorage.open();
      const read = async (id) => {
        const { step, value } = await storage.get_metrics(id, 'loss');
        const exact = step.every((found, index) => found === index && value[index] === index / 3);
        return [step.length, exact, new TextDecoder().decode(await storage.get_artifact(id, 'model'))];
      };
      const damaged = [];
      storage.subscribe((change) => {
        if (change.kind === 'damaged') damaged.push(change.run_id ?? change.experiment_id);
      });
      const failure = await read('run-1').then(() => 'read', (error) => error.code);
      // Looked at again, it is not told again; who subscribes now hears of it.
      document.dispatchEvent(new Event('visibilitychange'));
      const late = [];
      storage.subscribe((change) => {
        if (change.kind === 'damaged') late.push(change.run_id ?? change.experiment_id);
      });
      const next = await entrenar.WasmRun.new('second');
      next.log_metric('loss', 1);
      await next.finish();
      const others = [await read('run-0'), await read('run-2')];
      return { others, failure, damaged, late, next: storage.run(next.run_id()).status };
    });
    expect(found.others).toEqual([[500, true, 'first'], [500, true, 'third']]);
    expect(found.next).toBe('Success');
    if (store === 'artifacts') {
      expect(found.failure).toBe('Corrupt');
    } else {
      const id = store === 'experiments' ? 'exp-1' : 'run-1';
      expect([found.damaged, found.late]).toEqual([[id], [id]]);
      await expect.poll(() => warnings.filter((text) => text.includes(id)).length, warnings.join('\n')).toBe(1);
    }

    const after = await page.evaluate(async (store) => {
      const wait = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const database = await wait(indexedDB.open('entrenar'));
      const values = await wait(database.transaction(store).objectStore(store).getAll());
      database.close();
      return values.map((value) => JSON.stringify(value, (_, inner) => (ArrayBuffer.isView(inner) ? Array.from(inner) : inner)));
    }, store);
    expect(after).toContain(damaged);
  });
}
