// Every method, given any JavaScript value: it works, or it throws an Error with a code; and the run goes on working.
import { expect, test } from './fixtures/test.js';

/** Valid arguments of each method; each of them is replaced by each hostile value in turn. Written as source for the page. */
const RUN_METHODS = {
  log_metric: `['loss', 0.5]`,
  log_metric_at: `['loss', 3, 0.5]`,
  log_metrics: `[{ loss: 0.5 }, 3]`,
  log_series: `['loss', new Float64Array([1, 2]), 0]`,
  log_artifact: `['model', new Uint8Array([1])]`,
  get_artifact: `['kept']`,
  set_tag: `['key', 'value']`,
  set_span_id: `['span']`,
  get_span_id: `[]`,
  get_metrics: `['kept']`,
  get_metrics_json: `[]`,
  list_metric_keys: `[]`,
  subscribe_metrics: `[() => {}]`,
  run_id: `[]`,
  experiment_id: `[]`,
  current_step: `['loss']`,
  is_finished: `[]`,
  status: `[]`,
  pending_points: `[]`,
  is_persistent: `[]`,
  flush: `[]`,
  finish: `[]`,
  fail: `[]`,
  cancel: `[]`,
};
const STORAGE_METHODS = {
  list_experiments: `[]`,
  list_runs: `['exp-0']`,
  list_metric_keys: `['run-0']`,
  experiment: `['exp-0']`,
  run: `['run-0']`,
  get_metrics: `['run-0', 'kept']`,
  get_metrics_downsampled: `['run-0', 'kept', 100]`,
  get_metrics_from: `['run-0', 'kept', 0]`,
  get_artifact: `['run-0', 'kept']`,
  rename_run: `['run-0', 'a name']`,
  set_tag: `['run-0', 'a tag', 'its value']`,
  delete_run: `['run-99']`,
  delete_experiment: `['exp-99']`,
  estimate: `[]`,
  request_persistence: `[]`,
  is_persistent: `[]`,
  subscribe: `[() => {}]`,
  close: `[]`,
};
const STATIC_METHODS = {
  'WasmRun.new': `['name', {}]`,
  'WasmRun.resume': `['run-0', {}]`,
  'WasmStorage.open': `[{}]`,
};

/** Ways to smuggle a hostile value into an argument that is an object; `$` stands for the value. */
const NESTED = {
  'WasmRun.new': [
    `['name', { database: $ }]`,
    `['name', { storage: $ }]`,
    `['name', { config: $ }]`,
    `['name', { config: { a: $ } }]`,
    `['name', { run_name: $ }]`,
    `['name', { tags: $ }]`,
    `['name', { tags: { a: $ } }]`,
    `['name', { get database() { throw $; } }]`,
  ],
  'WasmRun.resume': [`['run-0', { database: $ }]`, `['run-0', { storage: $ }]`],
  'WasmStorage.open': [`[{ database: $ }]`, `[{ storage: $ }]`],
  log_metrics: [`[{ a: $ }]`, `[{ good: 1, bad: $ }, 1]`, `[{ get a() { throw $; } }]`],
  subscribe_metrics: [`[() => { throw $; }]`],
};

/** Defines the hostile values and the judge in the page. */
function arm() {
  const cyclic = {};
  cyclic.self = cyclic;
  const refuse = () => {
    throw new Error('a trap sprang');
  };
  globalThis.hostile = {
    undefined,
    null: null,
    true: true,
    zero: 0,
    fraction: 1.5,
    negative: -1,
    'too large': 2 ** 53,
    NaN: NaN,
    Infinity: Infinity,
    bigint: 10n,
    symbol: Symbol('hostile'),
    'empty string': '',
    string: 'a string',
    'NUL in a string': 'a\0b',
    '1 MB string': 'x'.repeat(2 ** 20),
    'lone surrogate': 'a\ud800b',
    '__proto__': '__proto__',
    object: {},
    array: [1, 'two'],
    date: new Date(NaN),
    'throwing toString': { toString: refuse, valueOf: refuse, [Symbol.toPrimitive]: refuse, toJSON: refuse },
    cyclic,
    function: () => 1,
    'throwing function': refuse,
    'rejected promise': Promise.reject(new Error('a rejected promise')),
    'Float64Array': new Float64Array([1, NaN]),
    'detached array': (() => {
      const array = new Float64Array(2);
      structuredClone(array, { transfer: [array.buffer] });
      return array;
    })(),
    proxy: new Proxy(function () {}, Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, refuse]))),
  };
  hostile['rejected promise'].catch(() => {});

  /** What is wrong with the way `call` went; nothing if it worked or failed as it should. */
  globalThis.judge = async (call) => {
    try {
      await call();
      return [];
    } catch (error) {
      if (!(error instanceof Error)) return [`threw ${typeof error}, not an Error`];
      const complaints = [];
      const { code, message } = error;
      if (typeof code !== 'string' || code === '') complaints.push(`no code in ${error.name}: ${message}`);
      if (message.length < 10) complaints.push(`says nothing: ${message}`);
      if (message.length > 10_000) complaints.push(`says too much: ${message.length} characters`);
      if (error instanceof WebAssembly.RuntimeError || /memory access out of bounds|unreachable|recursive use|null function|null pointer/.test(message)) {
        complaints.push(`broke: ${message}`);
      }
      return complaints;
    }
  };

  /** Calls `target[method]` once for every argument list; `check` says whether things still work afterwards. */
  globalThis.attack = async (makeTarget, method, argumentLists, check) => {
    const complaints = [];
    for (const source of argumentLists) {
      for (const [name, value] of Object.entries(hostile)) {
        const list = new Function('$', `return ${source}`);
        const target = await makeTarget();
        const found = await judge(() => target[method](...list(value)));
        found.push(...(await check(target)));
        complaints.push(...found.map((complaint) => `${method}(${source}) with $ = ${name}: ${complaint}`));
      }
    }
    return complaints;
  };

  globalThis.checkRun = async (run) => {
    const complaints = [];
    try {
      if (!run.is_finished()) {
        const step = run.current_step('after');
        run.log_metric('after', 1);
        if (run.current_step('after') !== step + 1) complaints.push('afterwards log_metric logs nothing');
      }
      const { after = [] } = JSON.parse(run.get_metrics_json());
      if (after.length !== run.current_step('after')) complaints.push('afterwards get_metrics_json lacks points');
    } catch (error) {
      complaints.push(`afterwards the run is broken: ${error}`);
    }
    return complaints;
  };
}

/** `['loss', 0.5]` → `[$, 0.5]`, `['loss', $]`, `[]`, and a surplus argument. */
function argumentLists(method, valid) {
  const parts = splitArguments(valid);
  const replaced = parts.map((_, index) => `[${parts.map((part, other) => (other === index ? '$' : part)).join(', ')}]`);
  return [...replaced, `[]`, `[${[...parts, '$'].join(', ')}]`, ...(NESTED[method] ?? [])];
}

function splitArguments(source) {
  const parts = [];
  let depth = 0;
  let part = '';
  for (const character of source.slice(1, -1)) {
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (character === ',' && depth === 0) {
      parts.push(part.trim());
      part = '';
    } else {
      part += character;
    }
  }
  return part.trim() ? [...parts, part.trim()] : parts;
}

/** A page with the hostile values, and in its database run-0 with one metric and one artifact, both called 'kept'. */
async function armed(open) {
  const page = await open();
  await page.evaluate(arm);
  await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('kept');
    run.log_metric('kept', 1);
    run.log_artifact('kept', new Uint8Array([1]));
    await run.finish();
  });
  return page;
}

/** Subscribers that throw are reported with console.error; nothing else may be. */
function expectOnlyReports(problems) {
  expect(problems.list.filter((problem) => !problem.startsWith('console.error'))).toEqual([]);
  problems.clear();
}

test.describe('a run given any value goes on working:', () => {
  for (const [method, valid] of Object.entries(RUN_METHODS)) {
    test(method, async ({ open, problems }) => {
      const page = await armed(open);
      const complaints = await page.evaluate(
        async ([method, lists]) => {
          const fresh = () => entrenar.WasmRun.new('attacked');
          const shared = await fresh();
          const ends = ['finish', 'fail', 'cancel'].includes(method);
          return attack(ends ? fresh : () => shared, method, lists, checkRun);
        },
        [method, argumentLists(method, valid)],
      );
      expect(complaints).toEqual([]);
      expectOnlyReports(problems);
    });
  }
});

test.describe('a storage given any value goes on working:', () => {
  for (const [method, valid] of Object.entries(STORAGE_METHODS)) {
    test(method, async ({ open, problems }) => {
      const page = await armed(open);
      const complaints = await page.evaluate(
        async ([method, lists]) => {
          const fresh = () => entrenar.WasmStorage.open();
          const shared = await fresh();
          return attack(method === 'close' ? fresh : () => shared, method, lists, async () => {
            const other = await fresh();
            const { value } = await other.get_metrics('run-0', 'kept');
            await other.close();
            return value[0] === 1 ? [] : ['afterwards the points are gone'];
          });
        },
        [method, argumentLists(method, valid)],
      );
      expect(complaints).toEqual([]);
      expectOnlyReports(problems);
    });
  }
});

test.describe('opening with any value leaves the next one working:', () => {
  for (const [method, valid] of Object.entries(STATIC_METHODS)) {
    test(method, async ({ open, problems }) => {
      const page = await armed(open);
      const complaints = await page.evaluate(
        async ([method, lists, path]) => {
          const [type, name] = path;
          return attack(() => entrenar[type], name, lists, async () => {
            const run = await entrenar.WasmRun.new('next');
            const complaints = await checkRun(run);
            run.free();
            return complaints;
          });
        },
        [method, argumentLists(method, valid), method.split('.')],
      );
      expect(complaints).toEqual([]);
      expectOnlyReports(problems);
    });
  }
});

test('the table names every method there is', async ({ open }) => {
  const page = await open();
  const names = await page.evaluate(() => {
    const methods = (prototype) => Object.getOwnPropertyNames(prototype).filter((name) => !name.startsWith('__'));
    const { WasmRun, WasmStorage } = entrenar;
    const statics = (type) => Object.getOwnPropertyNames(type)
      .filter((name) => typeof type[name] === 'function' && !name.startsWith('__'))
      .map((name) => `${type.name}.${name}`);
    return {
      run: methods(WasmRun.prototype),
      storage: methods(WasmStorage.prototype),
      statics: [...statics(WasmRun), ...statics(WasmStorage)],
    };
  });
  const rest = ['constructor', 'free'];
  expect(names.run.filter((name) => !rest.includes(name)).toSorted()).toEqual(Object.keys(RUN_METHODS).toSorted());
  expect(names.storage.filter((name) => !rest.includes(name)).toSorted()).toEqual(Object.keys(STORAGE_METHODS).toSorted());
  expect(names.statics.toSorted()).toEqual(Object.keys(STATIC_METHODS).toSorted());
});

test('numbers where text belongs, and steps out of range, are refused with the right kind of error', async ({ open }) => {
  const page = await open();
  const kinds = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('kinds');
    return [
      () => run.log_metric(7, 1),
      () => run.log_metric('loss', '1'),
      () => run.log_metric('loss', 10n),
      () => run.log_metric('loss'),
      () => run.log_metric_at('loss', -1, 1),
      () => run.log_metric_at('loss', 1.5, 1),
      () => run.log_metric_at('loss', 2 ** 53, 1),
      () => run.log_metric_at('loss', '1', 1),
      () => run.subscribe_metrics('listener'),
    ].map((call) => {
      try {
        call();
        return 'worked';
      } catch (error) {
        return error.name;
      }
    });
  });
  expect(kinds).toEqual([
    'TypeError', 'TypeError', 'TypeError', 'TypeError',
    'RangeError', 'RangeError', 'RangeError', 'TypeError',
    'TypeError',
  ]);
});

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
