// What people try first, coming from other trackers: it works, or an error says what to do.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fences } from './fixtures/markdown.js';
import { repository } from './fixtures/site.js';
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

test('resume_or_new resumes a run that goes on, and begins one when it ended, was deleted or is not there', async ({ open }) => {
  const page = await open();
  const ids = await page.evaluate(async () => {
    const { WasmRun, WasmStorage } = entrenar;
    const ids = [];
    const next = async (id) => {
      const run = await WasmRun.resume_or_new(id, 'long', { tags: { kind: 'new' }, run_name: 'given' });
      ids.push(run.run_id());
      return run;
    };
    const first = await next(null);
    await next(first.run_id());
    first.finish();
    const second = await next(first.run_id());
    const storage = await WasmStorage.open();
    await storage.delete_run(second.run_id());
    const third = await next(second.run_id());
    await third.fail();
    await next(third.run_id());
    await next('run-99');
    await next(undefined);
    ids.push(storage.run(third.run_id()).tags.kind, storage.run(third.run_id()).run_name);
    return ids;
  });
  expect(ids).toEqual(['run-0', 'run-0', 'run-1', 'run-2', 'run-3', 'run-4', 'run-5', 'new', 'given']);
});

test('two tabs that resume_or_new one run at once leave one writer, and no other run', async ({ open }) => {
  const first = await open();
  const id = await first.evaluate(async () => {
    const run = await entrenar.WasmRun.new('raced');
    await run.flush();
    const id = run.run_id();
    run.free();
    return id;
  });
  const tabs = [await open(), await open()];
  const outcomes = await Promise.all(tabs.map((tab) => tab.evaluate(async (id) => {
    try {
      globalThis.run = await entrenar.WasmRun.resume_or_new(id, 'raced');
      return run.run_id();
    } catch ({ code }) {
      return code;
    }
  }, id)));
  for (const outcome of outcomes) expect([id, 'RunTakenOver']).toContain(outcome);
  expect(outcomes).toContain(id);
  const runs = await first.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    await storage.refresh();
    return storage.list_runs('exp-0');
  });
  expect(runs).toEqual([id]);
});

test('a run whose id a worker posted can be read once refresh() has resolved', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    // As if the message of the library itself were late.
    const source = `
      globalThis.BroadcastChannel = undefined;
      const { default: init, WasmRun } = await import('${location.origin}/pkg/entrenar.js');
      await init();
      for (let index = 0; index < 20; index += 1) {
        const run = await WasmRun.new('in a worker');
        run.log({ loss: index });
        await run.flush();
        postMessage(run.run_id());
        await new Promise((resolve) => { onmessage = resolve; });
      }`;
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), { type: 'module' });
    let unknown = 0;
    const values = [];
    for (let index = 0; index < 20; index += 1) {
      const { data: id } = await new Promise((resolve) => {
        worker.onmessage = resolve;
      });
      try {
        storage.run(id);
      } catch ({ code, message }) {
        if (code === 'RunNotFound' && message.includes('storage.refresh()')) unknown += 1;
      }
      await storage.refresh();
      values.push(storage.run(id).metrics[0].count && (await storage.get_metrics(id, 'loss')).value[0]);
      worker.postMessage('next');
    }
    worker.terminate();
    await storage.close();
    const closed = await storage.refresh().then(() => 'worked', ({ code }) => code);
    return { unknown, values, closed };
  });
  expect(seen).toEqual({ unknown: 20, values: Array.from({ length: 20 }, (_, index) => index), closed: 'InvalidState' });
});

test('series and artifacts take numbers and bytes in every form there is', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('forms');
    const types = ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array'];
    if (globalThis.Float16Array) types.push('Float16Array');
    const wrong = [];
    for (const type of types) {
      run.log_series(type, new globalThis[type]([1, 2]));
      if (`${run.get_metrics(type).value}` !== '1,2') wrong.push(type);
    }
    run.log_series('list', [0.5, NaN, Infinity]);
    const bytes = new Uint8Array([7, 0, 255, 128]);
    const forms = {
      bytes, buffer: bytes.buffer, view: new DataView(bytes.buffer), list: [7, 0, 255, 128], floats: new Float32Array(bytes.buffer), big: new Uint8Array([...bytes, 9]).subarray(0, 4),
    };
    if (globalThis.SharedArrayBuffer) {
      forms.shared = new SharedArrayBuffer(4);
      new Uint8Array(forms.shared).set(bytes);
    }
    const hashes = Object.entries(forms).map(([name, form]) => run.log_artifact(name, form));
    return { wrong, list: Array.from(run.get_metrics('list').value), hashes: new Set(hashes).size, back: Array.from(await run.get_artifact('list')) };
  });
  expect(seen).toEqual({ wrong: [], list: [0.5, NaN, Infinity], hashes: 1, back: [7, 0, 255, 128] });
});

test('what holds no clear numbers or bytes is refused by an error that says what to give', async ({ open }) => {
  const page = await open();
  const errors = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('refused');
    const endless = new Proxy([], { get: (target, name) => (name === 'length' ? 2 ** 32 - 1 : target[name]) });
    const outcome = (call) => {
      try {
        call();
        return 'worked';
      } catch (error) {
        return `${error.name} ${error.code}: ${error.message}`;
      }
    };
    return [
      outcome(() => run.log_series('a', new ArrayBuffer(8))),
      outcome(() => run.log_series('a', new DataView(new ArrayBuffer(8)))),
      outcome(() => run.log_series('a', new BigInt64Array(1))),
      outcome(() => run.log_series('a', endless)),
      outcome(() => run.log_artifact('a', [1, 256])),
      outcome(() => run.log_artifact('a', [0.5])),
      outcome(() => run.log_artifact('a', [1, '2'])),
      outcome(() => run.log_artifact('a', new Blob(['x']))),
      outcome(() => run.log_artifact('a', 'text')),
      outcome(() => run.log_artifact('a', endless)),
      `${run.list_metric_keys()}`,
    ];
  });
  const hints = [
    /^TypeError InvalidArgument: .*new Float32Array\(buffer\)/, /^TypeError InvalidArgument: .*new Float32Array\(buffer\)/, /^TypeError InvalidArgument: .*Number\(/,
    /^RangeError InvalidArgument: .*Float64Array/, /^RangeError InvalidArgument: data\[1\] .*0 to 255, not 256/, /^RangeError InvalidArgument: data\[0\] .*Float64Array/,
    /^TypeError InvalidArgument: data\[1\] /, /^TypeError InvalidArgument: .*arrayBuffer\(\)/, /^TypeError InvalidArgument: .*TextEncoder/,
    /^RangeError InvalidArgument: .*Uint8Array/, /^$/,
  ];
  for (const [index, hint] of hints.entries()) expect(errors[index]).toMatch(hint);
});

test('an option that there is not is named, with those there are; one object serves all calls', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const { WasmRun, WasmStorage } = entrenar;
    const failure = (promise) => promise.then(() => 'worked', ({ name, code, message }) => `${name} ${code}: ${message}`);
    const misspelt = { databse: 'mine' };
    const refused = [];
    for (const call of [() => WasmRun.new('x', misspelt), () => WasmRun.resume('run-0', misspelt), () => WasmRun.resume_or_new(null, 'x', misspelt), () => WasmStorage.open(misspelt)]) {
      refused.push(await failure(call()));
    }
    const options = { database: 'mine', storage: 'memory', config: {}, run_name: 'r', tags: {} };
    const run = await WasmRun.new('x', options);
    await WasmRun.resume(run.run_id(), options);
    const storage = await WasmStorage.open(options);
    class Settings {
      database = 'mine';
      learning_rate = 1;
    }
    const instance = await failure(WasmRun.new('x', new Settings()));
    const empty = await WasmStorage.open();
    return { refused, instance, runs: storage.list_runs('exp-0'), elsewhere: empty.list_experiments() };
  });
  expect(seen.refused).toHaveLength(4);
  for (const error of seen.refused) expect(error).toMatch(/^TypeError InvalidArgument: options\.databse .*database, storage, config, run_name, tags/);
  expect(seen).toMatchObject({ instance: 'worked', runs: ['run-0'], elsewhere: [] });
});

test('await using finishes the run and waits until it is on disk; using ends it too', async ({ open }) => {
  const page = await open();
  // As a function's text: the engine that runs this file need not know the syntax.
  const seen = await page.evaluate(`(async () => {
    const { WasmRun, WasmStorage } = entrenar;
    const held = [];
    {
      const run = await WasmRun.new('using');
      run.log({ loss: 1 });
      held.push(run);
      await run[Symbol.asyncDispose]();
    }
    const other = await WasmRun.new('using');
    held.push(other);
    other[Symbol.dispose]();
    const failed = await WasmRun.new('using');
    held.push(failed);
    failed.fail();
    await failed[Symbol.asyncDispose]();
    await failed[Symbol.asyncDispose]();
    failed[Symbol.dispose]();
    const deleted = await WasmRun.new('using');
    const storage = await WasmStorage.open();
    await storage.delete_run(deleted.run_id());
    const gone = await deleted[Symbol.asyncDispose]().then(() => 'worked', ({ code }) => code);
    const codes = held.map((run) => { try { return run.status(); } catch ({ code }) { return code; } });
    const detached = await WasmRun.prototype[Symbol.asyncDispose].call({}).then(() => 'worked', ({ code }) => code);
    const reader = await WasmStorage.open();
    await reader[Symbol.asyncDispose]();
    return { codes, gone, detached };
  })()`);
  expect(seen).toEqual({ codes: ['Freed', 'Freed', 'Freed'], gone: 'RunDeleted', detached: 'InvalidArgument' });
  const reader = await open();
  const statuses = () => reader.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    await storage.refresh();
    return storage.list_runs('exp-0').map((id) => `${storage.run(id).status} ${storage.run(id).metrics.length}`);
  });
  await expect.poll(statuses).toEqual(['Success 1', 'Success 0', 'Failed 0']);
});

test('an engine without Symbol.dispose loads the package, and runs work', async ({ context, site, problems }) => {
  void problems;
  const page = await context.newPage();
  await page.addInitScript(() => {
    const real = Symbol;
    const older = (description) => real(description);
    const { dispose, asyncDispose, length, name, ...known } = Object.getOwnPropertyDescriptors(real);
    globalThis.Symbol = Object.defineProperties(older, known);
  });
  await page.goto(site.blank);
  await page.waitForFunction(() => 'entrenar' in globalThis);
  expect(await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('old engine');
    run.log({ loss: 1 });
    await run.finish();
    return [Symbol.asyncDispose, run.status()];
  })).toEqual([undefined, 'Success']);
});

/** A stand-in for React in StrictMode: it mounts, unmounts, and mounts again, as that does. */
const REACT = `
  const state = [];
  let cursor = 0;
  let effects = [];
  export const useState = (initial) => {
    const at = cursor++;
    if (!(at in state)) state[at] = initial;
    return [state[at], (value) => { state[at] = value; }];
  };
  export const useEffect = (effect) => { effects.push(effect); };
  export const strict = (component) => {
    const render = () => { cursor = 0; effects = []; return component(); };
    render();
    const mount = () => effects.map((effect) => effect());
    const unmount = (ends) => ends.forEach((end) => end?.());
    unmount(mount());
    const ends = mount();
    return { render, unmount: () => unmount(ends) };
  };`;

const recipes = fences(readFileSync(join(repository, 'docs/recipes.md'), 'utf8')).filter(({ language }) => language === 'js');

test('the React recipe leaves one run in StrictMode, goes on with it after it was mounted again, and ends it', async ({ context, site, problems }) => {
  void problems;
  const { code } = recipes.find(({ heading }) => heading.includes('React'));
  site.add('use-run.js', code);
  site.add('react.js', REACT);
  const page = await context.newPage();
  await page.goto(site.add('react.html', `<!doctype html><meta charset="utf-8">
    <script type="importmap">{ "imports": { "entrenar": "/pkg/entrenar.js", "react": "/react.js" } }</script>
    <script type="module">
      import * as entrenar from 'entrenar';
      import { strict } from 'react';
      import { useRun } from '/use-run.js';
      Object.assign(globalThis, { entrenar, strict, useRun });
    </script>`));
  await page.waitForFunction(() => 'useRun' in globalThis);
  const seen = await page.evaluate(async () => {
    const mounted = async () => {
      const component = strict(() => useRun('strict'));
      while (!component.render()) await new Promise(requestAnimationFrame);
      return { ...component, run: component.render() };
    };
    const first = await mounted();
    first.run.log({ loss: 1 });
    await first.run.flush();
    first.unmount();
    const storage = await entrenar.WasmStorage.open();
    return { runs: storage.list_runs('exp-0'), id: first.run === null, experiments: storage.list_experiments() };
  });
  expect(seen).toEqual({ runs: ['run-0'], id: false, experiments: ['exp-0'] });
  await page.reload();
  await page.waitForFunction(() => 'useRun' in globalThis);
  const after = await page.evaluate(async () => {
    const component = strict(() => useRun('strict'));
    while (!component.render()) await new Promise(requestAnimationFrame);
    const run = component.render();
    run.log({ loss: 2 });
    await run.finish();
    component.unmount();
    const storage = await entrenar.WasmStorage.open();
    return [storage.list_runs('exp-0'), storage.run('run-0').status, (await storage.get_metrics('run-0', 'loss')).step.length];
  });
  expect(after).toEqual([['run-0'], 'Success', 2]);
});

test('the recipe for hot reload goes on with one run through edits', async ({ context, site, problems }) => {
  void problems;
  const { code } = recipes.find(({ heading }) => heading.includes('ot reload'));
  for (const edit of [1, 2, 3]) site.add(`train-${edit}.js`, code.replaceAll('import.meta.hot', 'globalThis.hot'));
  const page = await context.newPage();
  await page.goto(site.add('hot.html', `<!doctype html><meta charset="utf-8">
    <script type="importmap">{ "imports": { "entrenar": "/pkg/entrenar.js" } }</script>
    <script type="module">
      import * as entrenar from 'entrenar';
      globalThis.hot = { dispose(end) { globalThis.endModule = end; } };
      globalThis.trainEpoch = async () => { await new Promise(requestAnimationFrame); return { loss: 0.5 }; };
      Object.assign(globalThis, { entrenar });
      for (const edit of [1, 2, 3]) {
        globalThis.endModule?.();
        await import('/train-' + edit + '.js');
      }
      globalThis.done = true;
    </script>`));
  await page.waitForFunction(() => globalThis.done);
  const runs = () => page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    return storage.list_runs('exp-0').map((id) => `${id} ${storage.run(id).status}`);
  });
  await expect.poll(runs).toEqual(['run-0 Success']);
});
