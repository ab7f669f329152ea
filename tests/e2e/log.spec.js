// `run.log({ loss, accuracy }, step?)`, as people know it from other trackers.
import { expect, test } from './fixtures/test.js';

test('log without a step gives all its metrics the run\'s next step, staged or not', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('steps');
    const steps = (key) => Array.from(run.get_metrics(key).step);
    for (let batch = 0; batch < 6; batch += 1) {
      run.log({ loss: batch });
      if (batch % 3 === 2) run.log({ accuracy: batch });
    }
    const aligned = [steps('loss'), steps('accuracy')];
    run.log(new Map([['loss', 1]]), 100);
    run.log({ loss: 2, lr: 3 });
    run.log_metric('loss', 3);
    run.log({ lr: 4 });
    run.log_metric('accuracy', 5);
    run.log_metric_at('lr', 200, 5);
    run.log_series('loss', [1, 2, 3], 300);
    run.log({ accuracy: 6 });
    run.log({});
    return { aligned, loss: steps('loss').slice(-6), lr: steps('lr'), accuracy: steps('accuracy').slice(-2) };
  });
  expect(seen).toEqual({
    aligned: [[0, 1, 2, 4, 5, 6], [3, 7]],
    loss: [100, 101, 102, 300, 301, 302],
    lr: [101, 103, 200],
    accuracy: [8, 303],
  });
});

test('random calls of log among the others leave what its rule says, on two handles', async ({ open }) => {
  const page = await open();
  const complaints = await page.evaluate(async () => {
    let state = 7;
    const random = (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const run = await entrenar.WasmRun.new('random');
    const handles = [run, await entrenar.WasmRun.resume(run.run_id())];
    const keys = ['loss', 'accuracy', 'lr'];
    const expected = Object.fromEntries(keys.map((key) => [key, []]));
    const next = (key) => Math.max(-1, ...expected[key]) + 1;
    for (let call = 0; call < 3_000; call += 1) {
      const handle = handles[random(5) ? 0 : 1];
      const key = keys[random(3)];
      const what = random(100);
      if (what < 60) {
        const step = Math.max(...keys.map(next));
        const names = random(2) ? [key] : [...new Set([key, 'loss'])];
        for (const name of names) expected[name].push(step);
        handle.log(Object.fromEntries(names.map((name) => [name, call])));
      } else if (what < 80) {
        expected[key].push(next(key));
        handle.log_metric(key, call);
      } else if (what < 90) {
        const step = random(call + 3);
        expected[key].push(step);
        handle.log_metric_at(key, step, call);
      } else if (what < 97) {
        const step = Math.max(next('loss'), next('lr'));
        expected.loss.push(step);
        expected.lr.push(step);
        handle.log_metrics({ loss: call, lr: call });
      } else if (what < 98) {
        run.set_tag('call', `${call}`);
      } else {
        expected[key].push(next(key), next(key) + 1);
        handle.log_series(key, [1, 2]);
      }
    }
    return keys.filter((key) => `${Array.from(run.get_metrics(key).step)}` !== `${expected[key].toSorted((a, b) => a - b)}`);
  });
  expect(complaints).toEqual([]);
});

test('log goes on after a reload, stores all or none, and refuses what log_metrics refuses', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('refused');
    run.log({ loss: 1, lr: 1 });
    run.log({ loss: 2, lr: 2 });
    const codes = [{ loss: 1, lr: '1' }, { loss: undefined }, [1], 'loss', null].map((values) => {
      try {
        run.log(values);
        return 'worked';
      } catch ({ code }) {
        return code;
      }
    });
    await run.flush();
    return { codes, points: run.get_metrics('loss').step.length, id: run.run_id() };
  });
  expect(seen).toMatchObject({ codes: Array(5).fill('InvalidArgument'), points: 2 });
  await page.close();
  const steps = await (await open()).evaluate(async (id) => {
    const run = await entrenar.WasmRun.resume_or_new(id, 'another');
    run.log({ later: 3 });
    return [Array.from(run.get_metrics('later').step), run.run_id()];
  }, seen.id);
  expect(steps).toEqual([[2], seen.id]);
});

test('log is as fast as log_metrics', async ({ open }) => {
  const page = await open();
  const ratio = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('speed');
    const time = (method) => {
      const begin = performance.now();
      for (let index = 0; index < 20_000; index += 1) run[method]({ loss: index, accuracy: index });
      return performance.now() - begin;
    };
    const best = { log: Infinity, log_metrics: Infinity };
    for (let round = 0; round < 8; round += 1) {
      for (const method of ['log', 'log_metrics']) best[method] = Math.min(best[method], time(method));
      await run.flush();
    }
    return best.log / best.log_metrics;
  });
  // By checked calls it would take many times as long.
  expect(ratio).toBeLessThan(2);
});
