// Training as it is: 100 000 points a second over 100 series for some seconds. How long was the main thread ever busy, and how
// much was written?
import { WasmRun } from '/pkg/entrenar.js';
import { sleep } from './compare.js';
import { countWrites, storedBytes } from './bytes.js';

const SERIES = Array.from({ length: 100 }, (_, index) => `layer ${index}/norm`);
const POINTS_PER_MS = 100;
const TICK_MS = 10;
const COMPACTION_LIMIT_MS = 5000;

/** The longest time between two turns of the event loop, measured by a message that always waits. */
function longestGap() {
  const { port1, port2 } = new MessageChannel();
  let last = performance.now();
  let longest = 0;
  let ended = false;
  port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!ended) port2.postMessage(0);
  };
  port2.postMessage(0);
  return () => {
    ended = true;
    return longest;
  };
}

/** Counts what the browser itself calls long: tasks of 50 ms and more. */
function longTasks() {
  const found = [];
  const observer = new PerformanceObserver((list) => found.push(...list.getEntries().map((entry) => entry.duration)));
  observer.observe({ entryTypes: ['longtask'] });
  return () => {
    observer.disconnect();
    return found.length;
  };
}

/** Calls `log` as often as time has passed for it; returns the number of points, and how long one turn took at most. */
async function steadily(seconds, log) {
  const start = performance.now();
  let logged = 0;
  let longestTurn = 0;
  while (performance.now() - start < seconds * 1000) {
    await sleep(TICK_MS);
    const turn = performance.now();
    const wanted = Math.min(seconds * 1000, turn - start) * POINTS_PER_MS;
    for (; logged < wanted; logged += 1) log(SERIES[logged % SERIES.length], logged * 0.001);
    longestTurn = Math.max(longestTurn, performance.now() - turn);
  }
  return { logged, longestTurn };
}

async function watched(seconds, log) {
  const gap = longestGap();
  const tasks = longTasks();
  const { logged, longestTurn } = await steadily(seconds, log);
  return { logged, longestTurn, longest: gap(), longTasks: tasks() };
}

/** Bytes of a finished run once compaction, if there is any, has come to rest. */
async function bytesAtRest(database, runId) {
  const deadline = performance.now() + COMPACTION_LIMIT_MS;
  let bytes = await storedBytes(database, runId);
  for (let still = 0; still < 3 && performance.now() < deadline; ) {
    await sleep(300);
    const now = await storedBytes(database, runId);
    still = now === bytes ? still + 1 : 0;
    bytes = now;
  }
  return bytes;
}

/** The same without a tracker: what the machine and the measurement themselves cost. */
async function withoutTracker(seconds) {
  const kept = new Map(SERIES.map((key) => [key, []]));
  const { longest } = await watched(seconds, (key, value) => kept.get(key).push(value));
  return { 'longest block without a tracker': [longest] };
}

async function tracked(seconds) {
  const database = 'bench-live';
  const run = await WasmRun.new('live', { database });
  const stop = countWrites();
  const ours = await watched(seconds, (key, value) => run.log_metric(key, value));
  const runId = run.run_id();
  await run.finish();
  run.free();
  const stored = await bytesAtRest(database, runId);
  const written = stop();
  return {
    'longest block': [ours.longest],
    'long tasks': [ours.longTasks],
    'longest turn of log_metric': [ours.longestTurn],
    'bytes stored per point': [stored / ours.logged],
    'bytes written per point': [written / ours.logged],
    'bytes written ÷ stored': [written / stored],
  };
}

export async function live({ seconds, turned }) {
  const samples = {};
  for (const side of turned ? [tracked, withoutTracker] : [withoutTracker, tracked]) {
    Object.assign(samples, await side(seconds));
    globalThis.gc?.();
  }
  return samples;
}
