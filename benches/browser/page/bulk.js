// A million points to disk: ours, the raw limit, and the peers, side by side.
import { WasmRun } from '/pkg/entrenar.js';
import { compare, timed } from './compare.js';
import { columns } from './data.js';
import * as dexie from './peers/dexie.js';
import * as idb from './peers/idb.js';
import * as localforage from './peers/localforage.js';
import * as rxdb from '/bundled/rxdb.js';
import * as sqlite from './peers/sqlite.js';
import { RawChunks, chunksOf } from './raw.js';

const PEERS = [dexie, idb, localforage, rxdb, sqlite.shared, sqlite.pooled];
const POINTS = 1_000_000;
/** The tracker's database and the raw one, which the parts that read them back know too. */
const OURS = 'bench-bulk';
const RAW = 'bench-raw';

/** Milliseconds for 10^6 points. What is slow writes fewer of them, and its time is scaled up. */
export async function bulk({ repetitions, points }) {
  const all = columns(POINTS);
  const chunks = chunksOf(all);
  const raw = await RawChunks.open(RAW);
  let lastRun;

  const ours = async () => {
    const run = await WasmRun.new('bulk', { database: OURS });
    const start = performance.now();
    for (let index = 0; index < POINTS; index += 1) run.log_metric('loss', all.value[index]);
    const logged = performance.now();
    await run.flush();
    const flushed = performance.now();
    lastRun = run.run_id();
    await run.finish();
    run.free();
    return { 'entrenar write': flushed - start, 'of it log_metric': logged - start, 'of it flush': flushed - logged };
  };
  const rawLimit = async (repetition) => ({ 'raw limit write': await timed(() => raw.write(`run-${repetition}`, chunks)) });
  const sides = { ours, rawLimit };
  const open = [];
  for (const peer of PEERS) {
    const count = points[peer.name];
    if (!count) continue;
    const store = await peer.open();
    open.push(store);
    const few = Object.fromEntries(Object.entries(all).map(([name, column]) => [name, column.slice(0, count)]));
    const scaled = (ms) => (ms * POINTS) / count;
    sides[peer.name] = async (repetition) => {
      const run = `run-${repetition}`;
      const written = await timed(() => store.write(run, few));
      let found;
      const read = await timed(async () => {
        found = await store.read(run);
      });
      if (found !== count) throw new Error(`${peer.name} read back ${found} of ${count} points`);
      return { [`${peer.name} write`]: scaled(written), [`${peer.name} read`]: scaled(read) };
    };
  }
  const samples = await compare(repetitions, sides);
  for (const store of open) await store.close();
  raw.close();
  return { samples, runId: lastRun };
}
