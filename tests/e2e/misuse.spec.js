// Calls at the wrong time: after the end, after free(), from within a subscriber.
import { expectOnlyReports } from './fixtures/hostile.js';
import { RUN_METHODS, STORAGE_METHODS } from './fixtures/methods.js';
import { expect, test } from './fixtures/test.js';

test('a run that has ended takes no more points', async ({ open }) => {
  const page = await open();
  const outcome = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('ended');
    run.log_metric('loss', 1);
    const durable = run.finish();
    const codes = [];
    for (const call of [
      () => run.log_metric('loss', 2),
      () => run.log_metric_at('loss', 5, 2),
      () => run.log_metrics({ loss: 2 }),
      () => run.log_series('loss', new Float64Array([2])),
    ]) {
      try {
        call();
        codes.push('worked');
      } catch (error) {
        codes.push(error.code);
      }
    }
    await durable;
    await run.finish();
    return { codes, status: run.status(), points: JSON.parse(run.get_metrics_json()).loss.length };
  });
  expect(outcome).toEqual({ codes: Array(4).fill('InvalidState'), status: 'Success', points: 1 });
});

test('use after free() is an Error, and free() twice is fine', async ({ open }) => {
  const page = await open();
  const outcomes = await page.evaluate(async ([runMethods, storageMethods]) => {
    const run = await entrenar.WasmRun.new('freed');
    run.log_metric('loss', 1);
    const storage = await entrenar.WasmStorage.open();
    const outcomes = [];
    for (const [target, methods] of [[run, runMethods], [storage, storageMethods]]) {
      target.free();
      target.free();
      for (const [method, source] of Object.entries(methods)) {
        try {
          await target[method](...new Function(`return ${source}`)());
          outcomes.push(`${method} worked`);
        } catch (error) {
          if (!(error instanceof Error)) outcomes.push(`${method} threw ${typeof error}`);
          if (error instanceof WebAssembly.RuntimeError) outcomes.push(`${method} broke: ${error}`);
        }
      }
    }
    // Others live on, and what the freed run had logged is not lost.
    const next = await entrenar.WasmRun.new('freed');
    next.log_metric('loss', 2);
    await next.flush();
    return outcomes;
  }, [RUN_METHODS, STORAGE_METHODS]);
  expect(outcomes).toEqual([]);
  const reader = await open();
  const kept = () => reader.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const points = [];
    for (const id of storage.list_runs('exp-0')) {
      if (storage.list_metric_keys(id).includes('loss')) points.push(...(await storage.get_metrics(id, 'loss')).value);
    }
    await storage.close();
    return points;
  });
  await expect.poll(kept).toEqual([1, 2]);
});

test('free() while promises are pending breaks nothing', async ({ open }) => {
  const page = await open();
  const settled = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('pending');
    run.log_metric('loss', 1);
    const pending = [run.flush(), run.finish(), run.get_artifact('none')];
    run.free();
    const outcomes = await Promise.allSettled(pending);
    return outcomes.every(({ status, reason }) => status === 'fulfilled' || (reason instanceof Error && typeof reason.code === 'string'));
  });
  expect(settled).toBe(true);
});

test('subscribers may log, read, subscribe, unsubscribe and throw', async ({ open, problems }) => {
  const page = await open();
  const heard = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('reentrant');
    const heard = [];
    const note = (who) => (key, value, step) => heard.push(`${who}: ${key}=${value}@${step}`);
    run.subscribe_metrics((key, value) => {
      if (key === 'loss') run.log_metric('doubled', value * 2);
    });
    run.subscribe_metrics((key) => {
      const points = JSON.parse(run.get_metrics_json())[key];
      heard.push(`reader: ${key} has ${points.length}, next ${run.current_step(key)}`);
    });
    run.subscribe_metrics(() => {
      throw new Error('a subscriber that throws');
    });
    const once = run.subscribe_metrics((...point) => {
      note('once')(...point);
      once();
      once();
    });
    let subscribed = false;
    run.subscribe_metrics(() => {
      if (!subscribed) run.subscribe_metrics(note('late'));
      subscribed = true;
    });
    run.subscribe_metrics(note('last'));
    run.log_metric('loss', 1);
    run.log_metric('loss', 2);
    heard.push(`stored: ${JSON.parse(run.get_metrics_json()).doubled.map(({ value }) => value)}`);
    await run.finish();
    return heard;
  });
  const count = (text) => heard.filter((line) => line.startsWith(text)).length;
  expect(count('once')).toBe(1);
  expect(heard.filter((line) => line.startsWith('last')).toSorted()).toEqual([
    'last: doubled=2@0', 'last: doubled=4@1', 'last: loss=1@0', 'last: loss=2@1',
  ]);
  expect(count('late: loss=2@1')).toBe(1);
  expect(heard).toContain('reader: loss has 2, next 2');
  expect(heard.at(-1)).toBe('stored: 2,4');
  // The one that throws is reported, once for each of the four points.
  expect(problems.list).toHaveLength(4);
  expect(problems.list.every((problem) => problem.startsWith('console.error'))).toBe(true);
  problems.clear();
});

test('a subscriber that frees the run under its own feet breaks nothing else', async ({ open, problems }) => {
  const page = await open();
  const outcome = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('suicidal');
    run.subscribe_metrics(() => run.free());
    try {
      run.log_metric('loss', 1);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof WebAssembly.RuntimeError) return `broke: ${error}`;
    }
    const next = await entrenar.WasmRun.new('suicidal');
    next.log_metric('loss', 2);
    await next.flush();
    return next.pending_points();
  });
  expect(outcome).toBe(0);
  expectOnlyReports(problems);
});
