// What a logged point costs the code that trains: log_metric against the least that plain JavaScript could do, log_series against
// a copy of the array. Flushes happen between the timed parts.
import { WasmRun } from '/pkg/entrenar.js';
import { compare } from './compare.js';
import { values } from './data.js';

const CALLS = 300_000;
const SERIES = 1_000_000;
const ONE_KEY = ['loss'];
const MANY_KEYS = Array.from({ length: 1000 }, (_, index) => `layer ${index}/grad_norm`);

const perCall = (ms) => (ms * 1e6) / CALLS;

/** The loops are written out twice: through one function that took what to call, neither would be compiled as it is in users' code. */
function loggingLoop(run, keys) {
  let next = 0;
  const start = performance.now();
  for (let index = 0; index < CALLS; index += 1) {
    run.log_metric(keys[next], index * 0.001);
    next = next + 1 === keys.length ? 0 : next + 1;
  }
  return perCall(performance.now() - start);
}

function plainLoop(series, keys) {
  let next = 0;
  const start = performance.now();
  for (let index = 0; index < CALLS; index += 1) {
    const points = series.get(keys[next]);
    points.push({ step: points.length, value: index * 0.001, timestamp: Date.now() });
    next = next + 1 === keys.length ? 0 : next + 1;
  }
  return perCall(performance.now() - start);
}

async function inNewRun(measure) {
  const run = await WasmRun.new('logging', { database: 'bench-logging' });
  const measured = await measure(run);
  await run.finish();
  run.free();
  return measured;
}

/** Nanoseconds a call, or a point. */
export async function logging({ repetitions }) {
  const long = await WasmRun.new('logging', { database: 'bench-logging' });
  long.log_series('loss', values(1_000_000));
  await long.flush();
  const series = values(SERIES);
  const perPoint = (ms) => (ms * 1e6) / SERIES;

  const sides = {
    'plain JavaScript': () => plainLoop(new Map(ONE_KEY.map((key) => [key, []])), ONE_KEY),
    log_metric: () => inNewRun((run) => loggingLoop(run, ONE_KEY)),
    'log_metric, 1000 keys': () => inNewRun((run) => loggingLoop(run, MANY_KEYS)),
    'log_metric, after 10^6 points': async () => {
      const measured = loggingLoop(long, ONE_KEY);
      await long.flush();
      return measured;
    },
    log_series: () =>
      inNewRun((run) => {
        const start = performance.now();
        run.log_series('loss', series);
        return perPoint(performance.now() - start);
      }),
    'copy of the array': () => {
      const start = performance.now();
      const copy = series.slice();
      const ms = performance.now() - start;
      return copy.length === SERIES ? perPoint(ms) : NaN;
    },
  };
  await compare(1, sides); // Warm.
  const samples = await compare(repetitions, sides);
  await long.finish();
  return samples;
}
