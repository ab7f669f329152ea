// Logging takes a short cut past wasm. What it leaves behind is what calls one by one would: in order, checked, and seen by whoever
// looks, whatever happens in between.
import { expect, test } from './fixtures/test.js';

test('points logged in every way, in turn, are in order for whoever looks', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('in-turn');
    const expected = { loss: [], lr: [] };
    const next = (key) => 1 + Math.max(-1, ...expected[key].map(([step]) => step));
    const log = (key, value) => {
      expected[key].push([next(key), value]);
      run.log_metric(key, value);
    };
    for (let round = 0; round < 400; round += 1) {
      log('loss', round);
      log('loss', round + 0.5);
      log('lr', -round);
      run.log_metric_at('loss', round * 3, -0);
      expected.loss.push([round * 3, -0]);
      if (round % 37 === 0) {
        const step = Math.max(next('loss'), next('lr'));
        run.log_metrics({ loss: NaN, lr: Infinity });
        expected.loss.push([step, NaN]);
        expected.lr.push([step, Infinity]);
      }
      if (round % 41 === 0) {
        const first = next('lr');
        run.log_series('lr', new Float64Array(300).fill(7));
        for (let index = 0; index < 300; index += 1) expected.lr.push([first + index, 7]);
      }
    }
    const wrong = [];
    for (const [key, points] of Object.entries(expected)) {
      const inOrder = points.map((point, index) => [...point, index]).sort((a, b) => a[0] - b[0] || a[2] - b[2]);
      const { step, value } = run.get_metrics(key);
      if (step.length !== points.length) wrong.push(`${key}: ${step.length} points of ${points.length}`);
      inOrder.forEach(([at, what], index) => {
        if (step[index] !== at || !Object.is(value[index], what)) wrong.push(`${key} ${index}: ${step[index]} ${value[index]}`);
      });
      if (run.current_step(key) !== next(key)) wrong.push(`the next step of ${key}`);
    }
    return wrong.slice(0, 5);
  });
  expect(seen).toEqual([]);
});

test('everything that looks at a run sees the point logged last', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('looks');
    const other = await entrenar.WasmRun.resume(run.run_id());
    const storage = await entrenar.WasmStorage.open();
    const pending = [];
    let logged = 0;
    const log = () => {
      for (let index = 0; index < 10; index += 1) run.log_metric('loss', logged++);
    };
    log();
    const counts = [];
    log(); counts.push(run.pending_points());
    log(); counts.push(run.current_step('loss'));
    log(); counts.push(run.get_metrics('loss').step.length);
    log(); counts.push(JSON.parse(run.get_metrics_json()).loss.length);
    log(); counts.push(other.current_step('loss'));
    log(); counts.push((await storage.get_metrics(run.run_id(), 'loss')).step.length);
    log(); counts.push((await storage.get_metrics_from(run.run_id(), 'loss', 75)).step.length);
    other.log_metric('loss', -1);
    counts.push(run.get_metrics('loss').value.at(-1), pending.length);
    return counts;
  });
  expect(seen).toEqual([20, 30, 40, 50, 60, 70, 5, -1, 0]);
});

test('two handles on one run log the same metrics in turn, and all is in order', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('two-handles');
    const handles = [run, await entrenar.WasmRun.resume(run.run_id())];
    for (let index = 0; index < 2000; index += 1) {
      handles[index % 2].log_metric('loss', index);
      if (index % 3 === 0) handles[index % 5 % 2].log_metric('lr', -index);
    }
    const inOrder = (key, factor) => run.get_metrics(key).value.every((value, index) => value === factor * index);
    return [inOrder('loss', 1), inOrder('lr', -3), run.get_metrics('loss').step.length, run.get_metrics('lr').step.length];
  });
  expect(seen).toEqual([true, true, 2000, 667]);
});

test('more metrics than are staged at once, each several times, are in order', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('many-metrics');
    const keys = Array.from({ length: 5_000 }, (_, index) => `layer ${index}`);
    for (let round = 0; round < 6; round += 1) keys.forEach((key, index) => run.log_metric(key, 10 * index + round));
    const isWrong = (key, index) => {
      const { step, value } = run.get_metrics(key);
      return step.length !== 6 || !value.every((value, round) => value === 10 * index + round && step[round] === round);
    };
    return [run.list_metric_keys().length, keys.filter(isWrong)];
  });
  expect(seen).toEqual([5_000, []]);
});

test('what comes after points in a row holds at once: an end, a subscriber, a wrong value, freeing', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const row = (run) => {
      for (let index = 0; index < 50; index += 1) run.log_metric('loss', index);
    };
    const attempt = (call) => {
      try {
        call();
        return 'worked';
      } catch (error) {
        return `${error.name} ${error.code}`;
      }
    };
    const outcomes = {};
    const run = await entrenar.WasmRun.new('after');
    row(run);
    for (const value of [undefined, null, '1', 1n, Symbol('s'), {}, [1]]) {
      outcomes[`a ${typeof value} for a value`] = attempt(() => run.log_metric('loss', value));
    }
    outcomes['a number for a key'] = attempt(() => run.log_metric(5, 1));
    outcomes['half a step'] = attempt(() => run.log_metric_at('loss', 0.5, 1));
    outcomes['a step before the first'] = attempt(() => run.log_metric_at('loss', -1, 1));
    row(run);
    const heard = [];
    const unsubscribe = run.subscribe_metrics((key, value, step) => heard.push([key, value, step]));
    run.log_metric('loss', 7);
    unsubscribe();
    row(run);
    outcomes.heard = heard;
    run.log_metric_at('loss', Number.MAX_SAFE_INTEGER, 1);
    outcomes['past the last step'] = attempt(() => run.log_metric('loss', 1));
    outcomes['the last step is the last'] = run.current_step('loss') === Number.MAX_SAFE_INTEGER + 1;
    run.log_metric('lr', 1);
    const ended = run.finish();
    outcomes['after the end'] = attempt(() => run.log_metric('lr', 1));
    await ended;
    const freed = await entrenar.WasmRun.new('after');
    row(freed);
    const flushed = freed.flush();
    row(freed);
    const { log_metric } = freed;
    freed.free();
    outcomes['after freeing'] = attempt(() => log_metric.call(freed, 'loss', 1)).split(' ')[0];
    await flushed;
    // A run begun after that is not disturbed by the freed one.
    const next = await entrenar.WasmRun.new('after');
    row(next);
    attempt(() => freed.log_metric('loss', 1));
    row(next);
    outcomes.points = [run.get_metrics('loss').step.length, next.get_metrics('loss').step.length];
    return outcomes;
  });
  const typeError = 'TypeError InvalidArgument';
  expect(seen).toEqual({
    'a undefined for a value': typeError,
    'a object for a value': typeError,
    'a string for a value': typeError,
    'a bigint for a value': typeError,
    'a symbol for a value': typeError,
    'a number for a key': typeError,
    'half a step': 'RangeError InvalidArgument',
    'a step before the first': 'RangeError InvalidArgument',
    heard: [['loss', 7, 100]],
    'past the last step': 'RangeError InvalidArgument',
    'the last step is the last': true,
    'after the end': 'Error InvalidState',
    'after freeing': 'Error',
    points: [152, 100],
  });
});

test('a key that is none, right after the first point, is refused, and logging goes on', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const codes = [];
    const counts = [];
    for (const key of [undefined, null, NaN, {}, 0, '']) {
      const run = await entrenar.WasmRun.new('no-key');
      run.log_metric('loss', 1);
      for (let times = 0; times < 2; times += 1) {
        try {
          run.log_metric(key, 2);
          codes.push('worked');
        } catch (error) {
          codes.push(error.code);
        }
        run.log_metric('loss', 3);
        run.log_metric_at('loss', 9, 4);
      }
      counts.push(run.get_metrics('loss').step.length);
    }
    return { codes, counts };
  });
  expect(seen).toEqual({ codes: Array(12).fill('InvalidArgument'), counts: Array(6).fill(5) });
});

test('the times of points in a row are the times they were logged at', async ({ open }) => {
  const page = await open();
  const wrong = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('times');
    const bounds = [];
    for (let index = 0; index < 300; index += 1) {
      const before = Date.now();
      run.log_metric('loss', index);
      bounds.push([before, Date.now()]);
      if (index % 50 === 0) for (const until = Date.now() + 3; Date.now() < until; );
    }
    const { timestamp } = run.get_metrics('loss');
    return bounds.filter(([from, to], index) => timestamp[index] < from || timestamp[index] > to);
  });
  expect(wrong).toEqual([]);
});

test('points go on being logged while wasm memory grows', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('grows');
    for (let round = 0; round < 40; round += 1) {
      for (let index = 0; index < 5; index += 1) run.log_metric('loss', round * 5 + index);
      run.log_series(`series ${round}`, new Float64Array(100_000).fill(round));
      for (let index = 0; index < 5; index += 1) run.log_metric('lr', round * 5 + index);
    }
    await run.flush();
    return ['loss', 'lr'].map((key) => run.get_metrics(key).value.every((value, index) => value === index));
  });
  expect(seen).toEqual([true, true]);
});

test('points of many runs that log in turn stay with their runs', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const runs = [];
    for (let index = 0; index < 130; index += 1) runs.push(await entrenar.WasmRun.new('many-runs'));
    // Two at a time, each pair at another distance.
    const wrong = [];
    for (const [index, run] of runs.entries()) {
      if (run === runs[0]) continue;
      const pair = [runs[0], run];
      for (let point = 0; point < 8; point += 1) {
        for (const one of pair) one.log_metric(`with ${index}`, runs.indexOf(one));
      }
      for (const one of pair) {
        const { value } = one.get_metrics(`with ${index}`);
        if (value.length !== 8 || value.some((each) => each !== runs.indexOf(one))) wrong.push(`${index}: ${[...value]}`);
      }
    }
    return wrong.slice(0, 5);
  });
  expect(seen).toEqual([]);
});
