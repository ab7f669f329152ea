// `log_metrics` stages points as `log_metric` does. What it leaves is what its rules say: all or none, at one step.
import { expect, test } from './fixtures/test.js';

/** In the page: random calls on two handles of one run, and the same by the rules; what differs at the end. */
async function compare(seed, calls) {
  let state = seed;
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const run = await entrenar.WasmRun.new('compared');
  const handles = [run, await entrenar.WasmRun.resume(run.run_id())];
  const storage = await entrenar.WasmStorage.open();
  const keys = ['loss', 'accuracy', 'lr', 'grad'];
  const expected = new Map();
  const points = (key) => expected.get(key) ?? expected.set(key, []).get(key);
  const next = (key) => Math.max(-1, ...points(key).map(([step]) => step)) + 1;
  const some = () => keys.filter(() => random(2));
  const complaints = [];
  const attempt = (call, shouldWork) => {
    try {
      call();
      if (!shouldWork) complaints.push('a bad call worked');
    } catch (error) {
      if (shouldWork || error.code !== 'InvalidArgument') complaints.push(String(error));
    }
  };
  for (let call = 0; call < calls; call += 1) {
    const handle = handles[random(4) ? 0 : 1];
    const [key, value] = [keys[random(keys.length)], call + random(3) / 4];
    const what = random(100);
    if (what < 25) {
      points(key).push([next(key), value]);
      handle.log_metric(key, value);
    } else if (what < 35) {
      const step = random(call + 5);
      points(key).push([step, value]);
      handle.log_metric_at(key, step, value);
    } else if (what < 85) {
      const chosen = some();
      const step = random(4) ? undefined : random(call + 5);
      const common = step ?? Math.max(0, ...chosen.map(next));
      for (const [index, name] of chosen.entries()) points(name).push([common, value + index]);
      const entries = chosen.map((name, index) => [name, value + index]);
      handle.log_metrics(random(2) ? Object.fromEntries(entries) : new Map(entries), step);
    } else if (what < 90) {
      // One of them is wrong: none is stored.
      const bad = [[5, 1], [key, '1'], [key, undefined], ['', 1], ['half \ud83d', 1]][random(5)];
      const entries = new Map([...some().map((name) => [name, 1]), bad]);
      attempt(() => handle.log_metrics(entries), false);
    } else if (what < 92) {
      attempt(() => handle.log_metrics({ [key]: 1 }, [-1, 0.5, NaN, '1', null][random(5)]), false);
    } else if (what < 94) {
      handle.log_series(key, Float64Array.of(value, value), next(key));
      points(key).push([next(key), value], [next(key) + 1, value]);
    } else if (what < 96) {
      if (run.current_step(key) !== next(key)) complaints.push(`the next step of ${key} is ${run.current_step(key)}, not ${next(key)}`);
    } else if (what < 97) {
      await run.flush();
    } else if (what < 98) {
      await storage.get_metrics(run.run_id(), 'loss');
    } else if (what < 99) {
      run.set_tag('call', String(call));
    } else {
      // For some calls, a subscriber hears of each point at once.
      const heard = [];
      const unsubscribe = run.subscribe_metrics((...point) => heard.push(point));
      const common = Math.max(0, ...keys.slice(0, 2).map(next));
      handle.log_metrics({ loss: 1, accuracy: 2 });
      points('loss').push([common, 1]);
      points('accuracy').push([common, 2]);
      unsubscribe();
      if (JSON.stringify(heard) !== JSON.stringify([['loss', 1, common], ['accuracy', 2, common]])) complaints.push(`heard ${JSON.stringify(heard)}`);
    }
  }
  for (const [key, list] of expected) {
    const ordered = list.map((point, index) => [...point, index]).sort((a, b) => a[0] - b[0] || a[2] - b[2]).map(([step, value]) => [step, value]);
    const { step, value } = run.get_metrics(key);
    const found = Array.from(step, (at, index) => [at, value[index]]);
    if (JSON.stringify(found) !== JSON.stringify(ordered)) {
      const at = found.findIndex((point, index) => String(point) !== String(ordered[index]));
      complaints.push(`${key} has ${found.length} points of ${ordered.length}, and at ${at} ${found[at]} instead of ${ordered[at]}`);
    }
  }
  handles.forEach((handle) => handle.free());
  return complaints.slice(0, 5);
}

test('random calls in any order leave what the rules of each call say', async ({ open }) => {
  test.slow();
  const page = await open();
  await page.evaluate(`globalThis.compare = ${compare}`);
  const seed = Date.now() % 2 ** 31;
  for (let round = 0; round < 30; round += 1) {
    const complaints = await page.evaluate(([seed]) => compare(seed, 400), [seed + round]);
    expect(complaints, `seed ${seed + round}`).toEqual([]);
  }
});

test('a Map and an object of the same metrics are the same', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('maps');
    for (let index = 0; index < 3; index += 1) {
      run.log_metrics(new Map([['loss', index], ['__proto__', -1 - index]]));
      run.log_metrics(JSON.parse(`{"loss":${index},"__proto__":${-1 - index}}`));
    }
    return [run.list_metric_keys(), Array.from(run.get_metrics('__proto__').value)];
  });
  expect(seen).toEqual([['loss', '__proto__'], [-1, -1, -2, -2, -3, -3]]);
});

test('a getter that logs or frees while the metrics are read is done before they are stored', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('getters');
    for (let index = 0; index < 5; index += 1) run.log_metrics({ loss: index, lr: index });
    let reads = 0;
    run.log_metrics({
      get loss() {
        reads += 1;
        run.log_metrics({ loss: -1, lr: -1 });
        return 5;
      },
      lr: 5,
    });
    const { step, value } = run.get_metrics('loss');
    let code;
    try {
      run.log_metrics({
        get loss() {
          run.free();
          return 6;
        },
      });
    } catch (error) {
      code = error.code;
    }
    return { reads, last: [step.at(-1), value.at(-1), value.at(-2)], code };
  });
  expect(seen).toEqual({ reads: 1, last: [6, 5, -1], code: 'Freed' });
});

test('what holds no named values is refused, not taken for nothing', async ({ open }) => {
  const page = await open();
  const outcomes = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('no-names');
    class Hidden {
      #loss = 1;
      get loss() {
        return this.#loss;
      }
    }
    const values = {
      Set: new Set([1]), Date: new Date(), Promise: Promise.resolve({ loss: 1 }), array: [1], 'typed array': new Float64Array([1]), RegExp: /a/,
      WeakMap: new WeakMap(), Error: new Error('loss'), function: () => 1, string: 'loss', number: 1, undefined, null: null,
      'a class whose values only its methods see': new Hidden(), FormData: new FormData(), URLSearchParams: new URLSearchParams('loss=1'),
    };
    const outcomes = {};
    for (const [name, value] of Object.entries(values)) {
      try {
        run.log_metrics(value);
        outcomes[name] = 'worked';
      } catch (error) {
        outcomes[name] = `${error.name} ${error.code}`;
      }
    }
    // These do hold some, or are empty in plain sight.
    class Metrics {
      loss = 1;
    }
    run.log_metrics(new Metrics());
    run.log_metrics(Object.assign(Object.create(null), { loss: 2 }));
    run.log_metrics({});
    run.log_metrics(new Map());
    return { outcomes, points: run.get_metrics('loss').step.length, keys: run.list_metric_keys() };
  });
  expect(new Set(Object.values(outcomes.outcomes))).toEqual(new Set(['TypeError InvalidArgument']));
  expect(outcomes).toMatchObject({ points: 2, keys: ['loss'] });
});
