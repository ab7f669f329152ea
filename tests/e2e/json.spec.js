// `get_metrics_json` gives, to the letter, what `JSON.stringify` makes of the same points.
import { expect, test } from './fixtures/test.js';

/** In the page: the text, and what `JSON.stringify` makes of the columns. Only where they differ, so that little is handed over. */
async function difference(run, keys) {
  const objects = {};
  for (const key of keys) {
    const { step, value, timestamp } = run.get_metrics(key);
    objects[key] = Array.from(step, (at, index) => ({
      step: at,
      value: value[index],
      timestamp: new Date(timestamp[index]).toISOString(),
    }));
  }
  const [ours, theirs] = [run.get_metrics_json(), JSON.stringify(objects)];
  let at = 0;
  while (at < ours.length && ours[at] === theirs[at]) at += 1;
  return ours === theirs ? { length: theirs.length } : { at, ours: ours.slice(at - 40, at + 40), theirs: theirs.slice(at - 40, at + 40) };
}

test('every kind of number, key and step', async ({ open }) => {
  const page = await open();
  await page.evaluate(`globalThis.difference = ${difference}`);
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('json');
    const values = [0, -0, 1, -1.5, NaN, Infinity, -Infinity, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 2 ** 53];
    const keys = ['loss', 'a"b\\c\n\t\u{1}\u{7f}ü\u{2028}😀', '__proto__x', 'true'];
    for (const key of keys) for (const value of values) run.log_metric(key, value);
    [7, 3, 2 ** 53 - 1, 3, 0, 1e15].forEach((step, index) => run.log_metric_at('loss', step, index));
    return { of: keys.length, ...(await difference(run, keys)) };
  });
  expect(seen).toEqual({ of: 4, length: expect.any(Number) });
});

test('more points than are joined at once, over many seconds', async ({ open }) => {
  const page = await open();
  await page.evaluate(`globalThis.difference = ${difference}`);
  const seen = await page.evaluate(async () => {
    // Time runs a day in these points, a millisecond or some seconds at a time, through the end of a month and before 1970.
    const run = await entrenar.WasmRun.new('json');
    const now = Date.now;
    let time = Date.UTC(1969, 11, 31, 23, 59, 58);
    Date.now = () => (time += time % 7 === 0 ? 977 : 1);
    try {
      for (let index = 0; index < 150_000; index += 1) run.log_metric('loss', Math.sin(index));
      run.log_series('lr', Float64Array.from({ length: 70_000 }, (_, index) => 1 / (1 + index)));
    } finally {
      Date.now = now;
    }
    return difference(run, ['loss', 'lr']);
  });
  expect(seen).toEqual({ length: expect.any(Number) });
});

test('asked again and again while points come, one after the other and out of order', async ({ open }) => {
  const page = await open();
  await page.evaluate(`globalThis.difference = ${difference}`);
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('json');
    const keys = [];
    const log = {
      'a point': (key) => run.log_metric(key, Math.random()),
      'many points': (key) => run.log_series(key, Float64Array.from({ length: 5_000 }, Math.random)),
      'a step left out': (key) => run.log_metric_at(key, run.current_step(key) + 7, NaN),
      nothing: () => {},
      'an earlier step': (key) => run.log_metric_at(key, 3, 1),
      'several metrics': () => run.log_metrics({ loss: 1, lr: 2 }),
    };
    const wrong = [];
    for (let round = 0; round < 60; round += 1) {
      const key = ['loss', 'lr', 'accuracy'][round % 7 % 3];
      // Half of the time in order.
      const [name, change] = Object.entries(log)[round % (round < 30 ? 4 : 6)];
      change(key);
      for (const known of run.list_metric_keys()) if (!keys.includes(known)) keys.push(known);
      if (round === 50) await run.finish().then(() => { for (const name of Object.keys(log)) log[name] = () => {}; });
      const found = await difference(run, keys);
      if ('at' in found) wrong.push({ round, name, ...found });
    }
    return { keys: keys.length, wrong };
  });
  expect(seen).toEqual({ keys: 3, wrong: [] });
});

test('a run without points is an empty object', async ({ open }) => {
  const page = await open();
  const texts = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('json');
    const empty = run.get_metrics_json();
    run.log_series('loss', new Float64Array(0));
    return [empty, run.get_metrics_json()];
  });
  expect(texts).toEqual(['{}', '{}']);
});
