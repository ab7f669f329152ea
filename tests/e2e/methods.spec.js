// Methods are plain prototype methods: they go by their `this`, wherever it comes from, and say what to do when there is none.
import { CURVE_METHODS, RUN_METHODS, STATIC_METHODS, STORAGE_METHODS } from './fixtures/methods.js';
import { expect, test } from './fixtures/test.js';

const ALL_METHODS = { run: { ...RUN_METHODS, free: '[]' }, storage: { ...STORAGE_METHODS, free: '[]' }, curve: { ...CURVE_METHODS, free: '[]' } };

/** In the page: how each method ends that is called with each of `receivers` for its `this`. */
async function calls(methods, receivers) {
  const opened = { run: await entrenar.WasmRun.new('methods'), storage: await entrenar.WasmStorage.open(), curve: entrenar.WasmCurve.of({ step: [0], value: [1], timestamp: [1] }) };
  const all = receivers(opened);
  const outcomes = {};
  for (const [kind, table] of Object.entries(methods)) {
    for (const [method, source] of Object.entries(table)) {
      for (const [name, receiver] of Object.entries(all)) {
        let outcome = 'worked';
        try {
          await opened[kind][method].apply(receiver, new Function(`return ${source}`)());
        } catch (error) {
          outcome = error instanceof Error ? `${error.name} ${error.code}` : `threw ${error}`;
          if (!error.message?.includes(method)) outcome += ` without naming ${method}: ${error.message}`;
        }
        (outcomes[`${name}: ${outcome}`] ??= []).push(`${kind}.${method}`);
      }
    }
  }
  return { outcomes, count: Object.values(methods).reduce((sum, table) => sum + Object.keys(table).length, 0) };
}

test('a method without its object throws an error that says how to call it', async ({ open }) => {
  const page = await open();
  await page.evaluate(`globalThis.calls = ${calls}`);
  const { outcomes, count } = await page.evaluate((methods) => calls(methods, () => ({
    undefined,
    null: null,
    number: 5,
    string: 'run',
    object: {},
    prototype: entrenar.WasmRun.prototype,
    proxy: new Proxy({}, { get() { throw new Error('a trap'); } }),
  })), ALL_METHODS);
  for (const [outcome, methods] of Object.entries(outcomes)) {
    expect(outcome).toMatch(/: TypeError InvalidArgument$/);
    expect(methods).toHaveLength(count);
  }
  expect(Object.keys(outcomes)).toHaveLength(7);
});

test('a method of a run called on a storage, or the other way round, is refused', async ({ open }) => {
  const page = await open();
  const codes = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('mixed');
    const storage = await entrenar.WasmStorage.open();
    const attempt = async (call) => {
      try {
        await call();
        return 'worked';
      } catch (error) {
        return error.code;
      }
    };
    return [
      await attempt(() => run.log_metric.call(storage, 'loss', 1)),
      await attempt(() => run.set_tag.call(storage, 'run-0', 'key', 'value')),
      await attempt(() => storage.set_tag.call(run, 'run-0', 'key', 'value')),
      await attempt(() => storage.free.call(run)),
    ];
  });
  expect(codes).toEqual(Array(4).fill('InvalidArgument'));
});

test('a method called on another run logs to that one, staged or not', async ({ open }) => {
  const page = await open();
  const counts = await page.evaluate(async () => {
    const [a, b] = [await entrenar.WasmRun.new('this'), await entrenar.WasmRun.new('this')];
    for (const run of [a, b]) for (let index = 0; index < 10; index += 1) run.log_metric('loss', index);
    a.log_metric.call(b, 'loss', 10);
    a.log_metric_at.call(b, 'loss', 11, 11);
    a.log_metrics.call(b, { loss: 12 });
    a.log_series.call(b, 'loss', [13]);
    Object.getPrototypeOf(a).log_metric.call(b, 'loss', 14);
    const bound = a.log_metric.bind(b);
    bound('loss', 15);
    return [a, b].map((run) => Array.from(run.get_metrics('loss').value));
  });
  expect(counts).toEqual([Array.from({ length: 10 }, (_, index) => index), Array.from({ length: 16 }, (_, index) => index)]);
});

for (const when of ['before the package is loaded', 'before there is a run', 'when there is one']) {
  test(`a spy on the prototype put there ${when} sees every call`, async ({ site, context, problems }) => {
    void problems;
    const page = await context.newPage();
    await page.goto(site.add('spied.html', `<!doctype html><script type="module">
      import init, * as entrenar from '/pkg/entrenar.js';
      Object.assign(globalThis, { init, entrenar });
    </script>`));
    await page.waitForFunction(() => 'entrenar' in globalThis);
    const seen = await page.evaluate(async (when) => {
      const { WasmRun } = entrenar;
      const seen = [];
      const spy = () => {
        for (const method of ['log_metric', 'log_metric_at', 'log_metrics']) {
          const original = WasmRun.prototype[method];
          WasmRun.prototype[method] = function (...values) {
            seen.push(method);
            return original.apply(this, values);
          };
        }
      };
      if (when.includes('loaded')) spy();
      await init();
      if (when === 'before there is a run') spy();
      const run = await WasmRun.new('spied');
      if (when === 'when there is one') {
        run.log_metric('warm', 1);
        run.log_metric('warm', 2);
        spy();
      }
      for (let index = 0; index < 10; index += 1) {
        run.log_metric('loss', index);
        run.log_metric_at('lr', index, index);
        run.log_metrics({ a: 1, b: 2 });
      }
      return [seen.length, run.get_metrics('loss').step.length, run.get_metrics('lr').step.length, run.get_metrics('b').step.length];
    }, when);
    expect(seen).toEqual([30, 10, 10, 10]);
  });
}

test('methods are as those of any class are: replaceable, not enumerable, none of them on the object', async ({ open }) => {
  const page = await open();
  const found = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('shape');
    const storage = await entrenar.WasmStorage.open();
    const wrong = [];
    const curve = entrenar.WasmCurve.of({ step: [0], value: [1], timestamp: [1] });
    for (const object of [run, storage, curve]) {
      for (const [name, { value, writable, configurable, enumerable }] of Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object)))) {
        if (typeof value !== 'function' || !writable || !configurable || enumerable) wrong.push(name);
      }
      wrong.push(...Object.getOwnPropertyNames(object), ...Object.keys(object));
      if (JSON.stringify(object) !== '{}') wrong.push(JSON.stringify(object));
    }
    return { wrong, names: [run.constructor.name, storage.constructor.name], isRun: run instanceof entrenar.WasmRun };
  });
  expect(found).toEqual({ wrong: [], names: ['WasmRun', 'WasmStorage'], isRun: true });
});

test('a run wrapped by a proxy, as frameworks wrap state, goes on working', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('wrapped');
    // As Vue does: what is read from a wrapped object is wrapped as well, if it can be extended.
    const wrap = (object) => new Proxy(object, {
      get(target, name, receiver) {
        const value = Reflect.get(target, name, receiver);
        return typeof value === 'object' && value !== null && Object.isExtensible(value) ? wrap(value) : value;
      },
    });
    const wrapped = wrap(run);
    for (let index = 0; index < 100; index += 1) wrapped.log_metric('loss', index);
    wrapped.log_metrics({ loss: 100 });
    await wrapped.flush();
    return [wrapped.run_id(), wrapped.get_metrics('loss').step.length, run.pending_points()];
  });
  expect(seen).toEqual(['run-0', 101, 0]);
});

test('new on a class is refused with what to do instead', async ({ open }) => {
  const page = await open();
  const errors = await page.evaluate(() => ['WasmRun', 'WasmStorage', 'WasmCurve'].map((name) => {
    try {
      return String(new entrenar[name]('x'));
    } catch (error) {
      return `${error.name} ${error.code}: ${error.message}`;
    }
  }));
  expect(errors[0]).toMatch(/^TypeError InvalidArgument: .*await WasmRun\.new\(/);
  expect(errors[1]).toMatch(/^TypeError InvalidArgument: .*await WasmStorage\.open\(/);
  expect(errors[2]).toMatch(/^TypeError InvalidArgument: .*await storage\.open_curve\(/);
});

test('after free() every method fails as Freed, a promise by its promise, and says how to go on', async ({ open }) => {
  const page = await open();
  const outcomes = await page.evaluate(async ([runMethods, storageMethods, curveMethods]) => {
    const outcomes = [];
    for (const [open, methods, reopen] of [
      [() => entrenar.WasmRun.new('freed'), runMethods, 'WasmRun.resume'],
      [() => entrenar.WasmStorage.open(), storageMethods, 'WasmStorage.open'],
      [() => entrenar.WasmCurve.of({ step: [0], value: [1], timestamp: [1] }), curveMethods, 'open_curve'],
    ]) {
      const object = await open();
      if (object.log_metric) for (let index = 0; index < 10; index += 1) object.log_metric('loss', index);
      object.free();
      object.free();
      if (Symbol.dispose) object[Symbol.dispose]();
      for (const [method, source] of Object.entries(methods)) {
        let returned;
        try {
          returned = object[method](...new Function(`return ${source}`)());
          await returned;
          outcomes.push(`${method} worked`);
        } catch ({ name, code, message }) {
          const how = returned instanceof Promise ? 'rejected' : 'threw';
          if (name !== 'Error' || code !== 'Freed' || !message.includes(reopen)) outcomes.push(`${method} ${how}: ${name} ${code} ${message}`);
        }
      }
    }
    return outcomes;
  }, [RUN_METHODS, STORAGE_METHODS, CURVE_METHODS]);
  expect(outcomes).toEqual([]);
});

test('before init() the package says to await it, and works once it is', async ({ site, context, problems }) => {
  void problems;
  const page = await context.newPage();
  await page.goto(site.add('not-loaded.html', `<!doctype html><script type="module">
    import init, * as entrenar from '/pkg/entrenar.js';
    Object.assign(globalThis, { init, entrenar });
  </script>`));
  await page.waitForFunction(() => 'entrenar' in globalThis);
  const outcomes = await page.evaluate(async (methods) => {
    const outcomes = {};
    for (const [method, source] of Object.entries(methods)) {
      const [type, name] = method.split('.');
      const call = async () => entrenar[type][name](...new Function(`return ${source}`)());
      outcomes[method] = await call().then(() => 'worked', ({ name, code, message }) => `${name} ${code} ${message.includes('await init()')}`);
    }
    await init();
    const run = await entrenar.WasmRun.new('loaded');
    run.log_metric('loss', 1);
    outcomes.after = run.current_step('loss');
    return outcomes;
  }, STATIC_METHODS);
  expect(outcomes).toEqual({ ...Object.fromEntries(Object.keys(STATIC_METHODS).map((name) => [name, 'Error NotInitialized true'])), after: 1 });
});

test('a subscriber that frees the run ends it once the call has: another handle goes on', async ({ open, problems }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('freed-within');
    const other = await entrenar.WasmRun.resume(run.run_id());
    const codes = [];
    const unsubscribe = run.subscribe_metrics(() => {
      run.free();
      try {
        run.log_metric('loss', 2);
      } catch (error) {
        codes.push(error.code);
      }
    });
    run.log_metric('loss', 1);
    unsubscribe();
    try {
      run.log_metric('loss', 3);
    } catch (error) {
      codes.push(error.code);
    }
    for (let index = 0; index < 10; index += 1) other.log_metric('loss', index);
    return { codes, points: other.get_metrics('loss').step.length };
  });
  expect(seen).toEqual({ codes: ['Freed', 'Freed'], points: 11 });
  expect(problems.list).toEqual([]);
});
