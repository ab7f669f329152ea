// Reading: back from disk in a new page, as JSON, and downsampled.
import { WasmRun, WasmStorage } from '/pkg/entrenar.js';
import { compare, timed } from './compare.js';
import { values } from './data.js';
import { RawChunks, storedRecords } from './raw.js';

/** Milliseconds to read a run's 10^6 points for the first time in this page, and to read the same with nothing above IndexedDB. */
export async function readBack({ runId, points, rawFirst }) {
  const sides = {
    ours: async () => {
      const storage = await WasmStorage.open({ database: 'bench-bulk' });
      let found;
      const ms = await timed(async () => {
        found = (await storage.get_metrics(runId, 'loss')).value.length;
      });
      if (found !== points) throw new Error(`read back ${found} of ${points} points`);
      await storage.close();
      return { 'entrenar read': ms };
    },
    chunks: async () => {
      const raw = await RawChunks.open('bench-raw');
      const ms = await timed(() => raw.read('run-0'));
      raw.close();
      return { 'raw limit read': ms };
    },
    records: async () => ({ 'raw getAll of our records': (await storedRecords('bench-bulk', runId)).ms }),
  };
  const names = rawFirst ? ['records', 'chunks', 'ours'] : ['ours', 'chunks', 'records'];
  return compare(1, Object.fromEntries(names.map((name) => [name, sides[name]])));
}

/** Milliseconds for a run of 10^5 points as JSON: the first time it is asked for, and again after a thousand points more. */
export async function json({ repetitions }) {
  const points = values(100_000);
  const more = values(1000);
  let objects;
  const ours = async () => {
    const run = await WasmRun.new('json', { database: 'bench-reading' });
    run.log_series('loss', points);
    await run.flush();
    const first = await timed(() => run.get_metrics_json());
    objects ??= JSON.parse(run.get_metrics_json());
    run.log_series('loss', more);
    const again = await timed(() => run.get_metrics_json());
    await run.finish();
    run.free();
    return { get_metrics_json: first, 'get_metrics_json, 1000 points later': again };
  };
  const sides = { ours, 'JSON.stringify': () => timed(() => JSON.stringify(objects)) };
  await compare(2, sides);
  return compare(repetitions, sides);
}

/** Milliseconds to get 2000 points of many, of a series that is in memory; and the first time, from disk. */
export async function downsampled({ repetitions, database, runId, label }) {
  const storage = await WasmStorage.open({ database });
  const get = () => storage.get_metrics_downsampled(runId, 'loss', 2000);
  const first = await timed(get);
  const samples = await compare(repetitions, { [`downsampled, ${label}`]: () => timed(get) });
  await storage.close();
  return { ...samples, [`downsampled, ${label}, first time`]: [first] };
}
