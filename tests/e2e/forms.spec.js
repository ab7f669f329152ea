// Numbers, bytes and options in every form that people have them in: taken, or refused by an error that says what to give.
import { expect, test } from './fixtures/test.js';

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
