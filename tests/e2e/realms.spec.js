// Arrays, buffers, objects and maps of another realm (a frame, a test environment) are taken like one's own; lost memory and
// subclasses with ideas of their own harm nothing.
import { expect, test } from './fixtures/test.js';

/** In the page: the globals of a frame. */
function anotherRealm() {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  return frame.contentWindow;
}

test('values of a frame are taken like the page\'s own', async ({ open }) => {
  const page = await open();
  await page.evaluate(`globalThis.anotherRealm = ${anotherRealm}`);
  const seen = await page.evaluate(async () => {
    const there = anotherRealm();
    const made = (source) => there.eval(`(${source})`);
    const run = await entrenar.WasmRun.new('realms', made(`{ config: { lr: 0.1, layers: [1, { a: null }], when: new Date(0) }, tags: new Map([['team', 'vision']]), run_name: 'there' }`));
    run.log_metrics(made('{ loss: 1, lr: 2 }'));
    run.log_metrics(made('new Map([["loss", 3], ["lr", 4]])'));
    run.log_series('float64', made('new Float64Array([1, 2])'));
    run.log_series('part', made('new Float64Array([0, 1, 2, 3]).subarray(1, 3)'));
    run.log_series('float32', made('new Float32Array([1, 0.5])'));
    run.log_series('bytes', made('new Uint8Array([1, 2])'));
    run.log_series('list', made('[1, 2]'));
    const hashes = [];
    for (const source of ['new Uint8Array([1, 2])', 'new Uint8Array([1, 2]).buffer', 'new DataView(new Uint8Array([0, 1, 2]).buffer, 1)', 'new Uint16Array([513])', 'new Uint8ClampedArray([0, 1, 2, 3]).subarray(1, 3)', '[1, 2]']) {
      hashes.push(run.log_artifact('model', made(source)), run.log_artifact('model', eval(source)));
    }
    await run.flush();
    const storage = await entrenar.WasmStorage.open();
    const { config, tags, run_name } = storage.run(run.run_id());
    const values = Object.fromEntries(run.list_metric_keys().map((key) => [key, Array.from(run.get_metrics(key).value)]));
    return { config, tags, run_name, values, hashes: new Set(hashes).size, bytes: Array.from(await run.get_artifact('model')) };
  });
  expect(seen).toEqual({
    config: { lr: 0.1, layers: [1, { a: null }], when: '1970-01-01T00:00:00.000Z' },
    tags: { team: 'vision' },
    run_name: 'there',
    values: { loss: [1, 3], lr: [2, 4], float64: [1, 2], part: [1, 2], float32: [1, 0.5], bytes: [1, 2], list: [1, 2] },
    hashes: 1,
    bytes: [1, 2],
  });
});

test('what holds no values, of a frame or one\'s own, is refused', async ({ open }) => {
  const page = await open();
  await page.evaluate(`globalThis.anotherRealm = ${anotherRealm}`);
  const worked = await page.evaluate(async () => {
    const there = anotherRealm();
    const run = await entrenar.WasmRun.new('refused');
    const calls = {
      metrics: (value) => run.log_metrics(value),
      series: (value) => run.log_series('series', value),
      artifact: (value) => run.log_artifact('artifact', value),
    };
    const refused = {
      metrics: ['new Set([1])', 'new Date()', '[1]', 'new Float64Array(1)', 'Promise.resolve({})', 'new Error("x")'],
      series: ['new BigInt64Array(1)', 'new BigUint64Array(1)', '["1"]', '[1, undefined]', '[1, , 2]', 'new Set([1])', '({ length: 1, 0: 1 })', 'new DataView(new ArrayBuffer(8))', 'new ArrayBuffer(8)', '"1"'],
      artifact: ['"text"', '[1, "2"]', '[1, , 2]', '[1n]', '({ byteLength: 1 })', 'new Blob(["x"])', 'null', '5'],
    };
    const worked = [];
    for (const [call, sources] of Object.entries(refused)) {
      for (const source of sources) {
        for (const value of [eval(`(${source})`), there.eval(`(${source})`)]) {
          try {
            calls[call](value);
            worked.push(`${call} of ${source}`);
          } catch ({ name, code }) {
            if (name !== 'TypeError' || code !== 'InvalidArgument') worked.push(`${call} of ${source}: ${name} ${code}`);
          }
        }
      }
    }
    return worked.concat(run.list_metric_keys());
  });
  expect(worked).toEqual([]);
});

test('arrays whose memory is gone are refused by an error that says so', async ({ open }) => {
  const page = await open();
  await page.evaluate(`globalThis.anotherRealm = ${anotherRealm}`);
  const outcomes = await page.evaluate(async () => {
    const there = anotherRealm();
    const run = await entrenar.WasmRun.new('detached');
    const detached = (view) => {
      structuredClone(view, { transfer: [view.buffer ?? view] });
      return view;
    };
    const shrunk = (view) => {
      const buffer = new ArrayBuffer(64, { maxByteLength: 64 });
      const array = new view(buffer, 32);
      const fixed = new view(buffer, 32, 1);
      buffer.resize(16);
      return [array, fixed];
    };
    const outcomes = [];
    const attempt = (name, call) => {
      try {
        call();
        outcomes.push(`${name} worked`);
      } catch (error) {
        if (!(error instanceof TypeError) || error.code !== 'InvalidArgument' || !/transferred/.test(error.message)) outcomes.push(`${name}: ${error}`);
      }
    };
    for (const realm of [globalThis, there]) {
      for (const type of ['Float64Array', 'Float32Array', 'Uint8Array']) {
        attempt(`log_series ${type}`, () => run.log_series('series', detached(new realm[type](4))));
      }
      for (const type of ['Float64Array', 'Uint8Array', 'DataView']) {
        attempt(`log_artifact ${type}`, () => run.log_artifact('artifact', detached(new realm[type](new realm.ArrayBuffer(16)))));
      }
      attempt('log_artifact ArrayBuffer', () => run.log_artifact('artifact', detached(new realm.ArrayBuffer(16))));
    }
    for (const array of [...shrunk(Float64Array), ...shrunk(Float32Array)]) attempt('log_series shrunk', () => run.log_series('series', array));
    for (const array of [...shrunk(Uint8Array), ...shrunk(DataView)]) attempt('log_artifact shrunk', () => run.log_artifact('artifact', array));
    // Empty ones are not gone.
    run.log_series('series', new Float64Array(0));
    run.log_artifact('empty', new ArrayBuffer(0));
    run.log_metric('series', 1);
    return [...outcomes, run.get_metrics('series').step.length];
  });
  expect(outcomes).toEqual([1]);
});

test('subclasses with lengths, methods and species of their own are taken for what they hold', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const trap = () => {
      throw new Error('a trap sprang');
    };
    const lying = (Base) => class extends Base {
      static get [Symbol.species]() {
        return trap;
      }
      get length() {
        return 1_000_000;
      }
      get byteLength() {
        return -1;
      }
      get byteOffset() {
        return 7;
      }
      get buffer() {
        return trap();
      }
      get [Symbol.toStringTag]() {
        return 'Array';
      }
      subarray() {
        return trap();
      }
      slice() {
        return trap();
      }
      set() {
        return trap();
      }
      [Symbol.iterator]() {
        return trap();
      }
    };
    const run = await entrenar.WasmRun.new('lying');
    run.log_series('float64', new (lying(Float64Array))([1, 2]));
    run.log_series('float32', new (lying(Float32Array))([1, 2]));
    run.log_series('list', new (class extends Array {
      static get [Symbol.species]() {
        return trap();
      }
      [Symbol.iterator]() {
        return trap();
      }
    })(1, 2));
    run.log_artifact('model', new (lying(Uint8Array))([1, 2]));
    run.log_metrics(new (class extends Map {
      get size() {
        return trap();
      }
      forEach() {
        return trap();
      }
      [Symbol.iterator]() {
        return trap();
      }
      get [Symbol.toStringTag]() {
        return 'Object';
      }
    })([['loss', 1]]));
    const own = Object.assign(new Float64Array([1, 2]), { constructor: trap });
    Object.defineProperties(own, { length: { value: 2 ** 40 }, subarray: { value: trap }, buffer: { get: trap } });
    run.log_series('own', own);
    return {
      values: Object.fromEntries(run.list_metric_keys().map((key) => [key, Array.from(run.get_metrics(key).value)])),
      bytes: Array.from(await run.get_artifact('model')),
    };
  });
  expect(seen).toEqual({ values: { float64: [1, 2], float32: [1, 2], list: [1, 2], loss: [1], own: [1, 2] }, bytes: [1, 2] });
});

test('subscribers that change or transfer the array being logged change nothing that is logged', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('told');
    const values = Float64Array.from({ length: 5 }, (_, index) => index);
    const heard = [];
    run.subscribe_metrics((key, value, step) => {
      heard.push([value, step]);
      if (step === 1) values.fill(-1);
      if (step === 2) structuredClone(values, { transfer: [values.buffer] });
    });
    run.log_series('loss', values);
    return [heard, Array.from(run.get_metrics('loss').value)];
  });
  expect(seen).toEqual([[[0, 0], [1, 1], [2, 2], [3, 3], [4, 4]], [0, 1, 2, 3, 4]]);
});
