// A configuration comes back as it was given, or is refused with the place of what cannot come back. Tags may be a Map.
import { expect, test } from './fixtures/test.js';

/** In the page: what comes back of a config, as text that tells −0 and missing properties apart; or how it is refused. */
async function keep(configs) {
  const storage = await entrenar.WasmStorage.open();
  const show = (value) => {
    if (Array.isArray(value)) return `[${value.map(show)}]`;
    if (value !== null && typeof value === 'object') return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${show(inner)}`)}}`;
    return Object.is(value, -0) ? '-0' : JSON.stringify(value);
  };
  const outcomes = {};
  for (const [name, source] of Object.entries(configs)) {
    const config = new Function(`return ${source}`)();
    try {
      const run = await entrenar.WasmRun.new('kept', { config });
      outcomes[name] = show(storage.run(run.run_id()).config);
    } catch (error) {
      outcomes[name] = `${error.name} ${error.code}: ${error.message}`;
    }
  }
  return outcomes;
}

test('what JSON can hold comes back as it was given', async ({ open }) => {
  const page = await open();
  await page.evaluate(`globalThis.keep = ${keep}`);
  const kept = await page.evaluate(() => keep({
    'nothing in it': '({})',
    'numbers': '({ zero: 0, negative: -0, tiny: 5e-324, large: 1.7976931348623157e308, odd: 0.1 + 0.2, seed: 20231129, big: 2 ** 53 + 2 })',
    'text': '({ empty: "", quoted: "\\"\\\\\\n\\u0000\\u2028", emoji: "😀", number: "1" })',
    'nested': '({ a: { b: { c: [1, [2, [], {}], null, true, false] } } })',
    'keys of every kind': 'JSON.parse(`{"__proto__":1,"constructor":2,"toJSON":3,"":4,"0":5,"a b":6}`)',
    'a null prototype': 'Object.assign(Object.create(null), { lr: 1 })',
    'an instance of a class': 'new (class Settings { lr = 0.1; layers = [1, 2]; })()',
    'an undefined property': '({ lr: 1, scheduler: undefined })',
    'the same object twice': '(() => { const shared = { a: 1 }; return { one: shared, two: [shared, shared] }; })()',
    'a Date within': '({ when: new Date(0) })',
    'a toJSON of its own': '({ inner: { toJSON: () => ({ written: true }) } })',
    'a config that writes itself': 'new (class { toJSON() { return { lr: 2 }; } })()',
    'a getter': '({ get lr() { return 3; } })',
    'frozen': 'Object.freeze({ lr: Object.freeze([1]) })',
    '100 levels': '(() => { let config = {}; for (let level = 1; level < 100; level += 1) config = { in: config }; return config; })()',
  }));
  const deep = `${'{"in":'.repeat(99)}{}${'}'.repeat(99)}`;
  expect(kept).toEqual({
    'nothing in it': '{}',
    numbers: '{"zero":0,"negative":-0,"tiny":5e-324,"large":1.7976931348623157e+308,"odd":0.30000000000000004,"seed":20231129,"big":9007199254740994}',
    text: '{"empty":"","quoted":"\\"\\\\\\n\\u0000\u2028","emoji":"😀","number":"1"}',
    nested: '{"a":{"b":{"c":[1,[2,[],{}],null,true,false]}}}',
    'keys of every kind': '{"0":5,"__proto__":1,"constructor":2,"toJSON":3,"":4,"a b":6}',
    'a null prototype': '{"lr":1}',
    'an instance of a class': '{"lr":0.1,"layers":[1,2]}',
    'an undefined property': '{"lr":1}',
    'the same object twice': '{"one":{"a":1},"two":[{"a":1},{"a":1}]}',
    'a Date within': '{"when":"1970-01-01T00:00:00.000Z"}',
    'a toJSON of its own': '{"inner":{"written":true}}',
    'a config that writes itself': '{"lr":2}',
    'a getter': '{"lr":3}',
    frozen: '{"lr":[1]}',
    '100 levels': deep,
  });
});

/** What is refused, by the place that the error names. */
const REFUSED = {
  'options.config': [
    'new Map([["lr", 1]])', 'new Set([1])', 'new Date()', 'new String("lr")', 'new Number(1)', '[1, 2]', '"lr"', '5', 'true', '() => 1', 'Symbol("lr")', '10n',
    'new Float64Array(2)', 'new ArrayBuffer(2)', 'Promise.resolve({ lr: 1 })', '/lr/', 'new Error("lr")', 'new WeakMap()', 'new URLSearchParams("lr=1")',
    '({ toJSON: () => "text" })', '({ toJSON: () => [1] })', '({ toJSON: () => undefined })', '({ toJSON() { throw new Error("no"); } })',
    'new (class { #lr = 1; get lr() { return this.#lr; } })()', 'new Proxy({}, { ownKeys() { throw new Error("no"); } })',
    '({ lr: "x".repeat(5_000_000) })',
  ],
  'options.config.optimizer.lr': [
    ...['NaN', 'Infinity', '-Infinity', '10n', '() => 1', 'Symbol("lr")', 'new Map()', 'new Set([1])', 'new Float32Array([1])', 'new Date(NaN)', '/lr/',
      'new Error("lr")', 'new Number(1)', 'new String("1")', 'Promise.resolve(1)', 'new (class { #a = 1; })()', '({ toJSON: () => NaN })', '"\\ud800"'].map((value) => `({ optimizer: { lr: ${value} } })`),
  ],
  'options.config.optimizer': ['({ optimizer: { get lr() { throw new Error("no"); } } })', '({ optimizer: new Proxy({}, { getPrototypeOf() { throw new Error("no"); } }) })'],
  'options.config.layers[1]': ['({ layers: [1, NaN] })', '({ layers: [1, undefined] })', '({ layers: [1, , 3] })', '({ layers: [1, new Map()] })', '({ layers: [1, () => 1] })'],
  'options.config.self': ['(() => { const config = {}; config.self = config; return config; })()', '(() => { const config = { self: [] }; config.self.push(config); return config; })()'],
  'options.config.in': ['(() => { let config = {}; for (let level = 0; level < 100; level += 1) config = { in: config }; return config; })()'],
};

test('what JSON would drop or change is refused, with its place, and no run is made', async ({ open }) => {
  const page = await open();
  await page.evaluate(`globalThis.keep = ${keep}`);
  for (const [place, sources] of Object.entries(REFUSED)) {
    const outcomes = await page.evaluate((configs) => keep(configs), Object.fromEntries(sources.map((source) => [source, source])));
    for (const [source, outcome] of Object.entries(outcomes)) {
      expect(outcome, source).toMatch(/^(TypeError|RangeError) InvalidArgument: /);
      expect(outcome, source).toContain(place);
    }
  }
  expect(await page.evaluate(async () => (await entrenar.WasmStorage.open()).list_experiments())).toEqual([]);
});

test('tags are taken from a Map or an object alike, and from nothing else', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const tagsOf = async (tags) => {
      try {
        return storage.run((await entrenar.WasmRun.new('tagged', { tags })).run_id()).tags;
      } catch ({ name, code }) {
        return `${name} ${code}`;
      }
    };
    return Promise.all([
      tagsOf(new Map([['team', 'vision'], ['note', '']])),
      tagsOf({ team: 'vision', note: '' }),
      tagsOf(new Map()),
      tagsOf(new Map([[1, 'one']])),
      tagsOf(new Map([['one', 1]])),
      tagsOf(new Set(['team'])),
      tagsOf([['team', 'vision']]),
      tagsOf(Promise.resolve({ team: 'vision' })),
    ]);
  });
  const tags = { team: 'vision', note: '' };
  expect(seen).toEqual([tags, tags, {}, ...Array(5).fill('TypeError InvalidArgument')]);
});

test('options that hold no properties are refused, and those of a class are read', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const attempt = async (options) => {
      try {
        const run = await entrenar.WasmRun.new('options', options);
        const storage = await entrenar.WasmStorage.open({ storage: 'memory' });
        return storage.list_runs('exp-0').includes(run.run_id()) && storage.run(run.run_id()).run_name;
      } catch ({ name, code }) {
        return `${name} ${code}`;
      }
    };
    class Defaults {
      get storage() {
        return 'memory';
      }
    }
    class Options extends Defaults {
      run_name = 'of a class';
    }
    return [
      await attempt(new Map([['storage', 'memory']])),
      await attempt(new Set()),
      await attempt(new Date()),
      await attempt(['memory']),
      await attempt(Promise.resolve({})),
      await attempt(new Options()),
      await attempt(Object.create({ storage: 'memory', run_name: 'inherited' })),
    ];
  });
  expect(seen).toEqual([...Array(5).fill('TypeError InvalidArgument'), 'of a class', 'inherited']);
});
