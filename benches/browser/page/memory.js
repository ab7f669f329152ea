// What points weigh in the wasm instance's memory, by its growth: it never shrinks.
import { WasmRun, WasmStorage } from '/pkg/entrenar.js';
import { values } from './data.js';

const POINTS = 4_000_000;
const BLOCK = 100_000;

/** In a new page: logs and flushes bit by bit, as training does. */
export async function loggedMemory({ memory, database }) {
  const run = await WasmRun.new('memory', { database });
  const log = async (from) => {
    for (let index = from; index < from + BLOCK; index += 1) run.log_metric('loss', index * 0.001);
    await run.flush();
  };
  await log(0); // What a flush needs is there already, once it has been needed.
  const before = memory.buffer.byteLength;
  for (let from = BLOCK; from < BLOCK + POINTS; from += BLOCK) await log(from);
  const bytes = memory.buffer.byteLength - before;
  const runId = run.run_id();
  await run.finish();
  return { samples: { 'wasm bytes per point logged': [bytes / POINTS] }, runId, points: POINTS + BLOCK };
}

/** In another new page: reads them. */
export async function readMemory({ memory, database, runId, points }) {
  const storage = await WasmStorage.open({ database });
  const before = memory.buffer.byteLength;
  await storage.get_metrics(runId, 'loss');
  const bytes = memory.buffer.byteLength - before;
  await storage.close();
  return { 'wasm bytes per point read': [bytes / points] };
}

/** Puts runs of many points into a database: for measures of what they cost those who don't look at them. */
export async function fill({ database, experiment = 'filled', runs = 1, series = 1, points, finish = true }) {
  const value = values(Math.min(points, 1_000_000));
  const ids = [];
  const timing = { log: 0, flush: 0 };
  for (let count = 0; count < runs; count += 1) {
    const run = await WasmRun.new(experiment, { database, run_name: `run ${count}` });
    let start = performance.now();
    for (let number = 0; number < series; number += 1) {
      for (let left = points; left > 0; left -= value.length) run.log_series(number ? `loss ${number}` : 'loss', value.subarray(0, Math.min(left, value.length)));
    }
    timing.log += performance.now() - start;
    start = performance.now();
    await run.flush();
    timing.flush += performance.now() - start;
    ids.push(run.run_id());
    if (finish) {
      await run.finish();
      run.free();
    } else {
      (globalThis.kept ??= []).push(run);
    }
  }
  return { ids, timing };
}
