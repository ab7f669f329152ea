// A backup of what is new, among much that is not: into a folder of the origin private file system.
import init, { WasmRun, WasmStorage } from '/pkg-npm/entrenar.js';
import { values } from './data.js';

const RUNS = 10;
const POINTS = 1_000_000;
const NEW_POINTS = 1_000;

/** Milliseconds of the first backup of 10^7 points, and of backups of 1000 new ones of a run with 10^6 of them, flushed or not. */
export async function backup({ repetitions }) {
  await init();
  const database = 'bench-backup';
  const value = values(POINTS);
  let run;
  for (let count = 0; count < RUNS; count += 1) {
    run = await WasmRun.new('backed up', { database });
    run.log_series('loss', value);
    await run.flush();
    if (count + 1 < RUNS) await run.finish();
  }
  const root = await navigator.storage.getDirectory();
  const directory = await root.getDirectoryHandle(database, { create: true });
  const storage = await WasmStorage.open({ database });
  const backedUp = async () => {
    const start = performance.now();
    const { points } = await storage.back_up(directory);
    return { ms: performance.now() - start, points };
  };
  const first = await backedUp();
  if (first.points !== RUNS * POINTS) throw new Error(`the first backup has ${first.points} points`);
  const samples = [];
  for (let repetition = 0; repetition < repetitions * 3; repetition += 1) {
    for (let point = 0; point < NEW_POINTS; point += 1) run.log_metric('loss', point / 3);
    const { ms, points } = await backedUp();
    if (points !== NEW_POINTS) throw new Error(`the backup has ${points} new points`);
    samples.push(ms);
  }
  await storage.close();
  await root.removeEntry(database, { recursive: true });
  return { 'first backup of 10^7 points': [first.ms], 'backup of 1000 new points': samples };
}
