// Text that is not whole, half of a character at its end, is refused wherever text goes in: it has no UTF-8, and would become the
// same as any other half.
import { FILE_METHODS, RUN_METHODS, STATIC_METHODS, STORAGE_METHODS } from './fixtures/methods.js';
import { expect, test } from './fixtures/test.js';

/** Every argument that is text, of every method, replaced by `$`; files are tried in files.spec.js. */
const CALLS = [['WasmRun', RUN_METHODS], ['WasmStorage', STORAGE_METHODS], ['', STATIC_METHODS]].flatMap(([type, methods]) =>
  Object.entries(methods).filter(([method]) => !FILE_METHODS.includes(method)).flatMap(([method, valid]) => {
    const texts = [...valid.matchAll(/'[^']*'/g)];
    return texts.map(({ 0: text, index }) => [type, method, `${valid.slice(0, index)}$${valid.slice(index + text.length)}`]);
  }));
const NESTED = [
  ['', 'WasmRun.new', `['name', { run_name: $ }]`],
  ['', 'WasmRun.new', `['name', { database: $ }]`],
  ['', 'WasmRun.new', `['name', { tags: { [$]: 'value' } }]`],
  ['', 'WasmRun.new', `['name', { tags: new Map([['key', $]]) }]`],
  ['', 'WasmRun.new', `['name', { config: { [$]: 1 } }]`],
  ['', 'WasmRun.new', `['name', { config: { deep: [{ text: $ }] } }]`],
  ['', 'WasmRun.resume', `['run-0', { database: $ }]`],
  ['', 'WasmStorage.open', `[{ database: $ }]`],
  ['WasmRun', 'log_metrics', `[{ [$]: 1 }]`],
  ['WasmRun', 'log_metrics', `[{ good: 1, [$]: 1 }]`],
  ['WasmRun', 'log_metrics', `[new Map([[$, 1]])]`],
];

test('half of a character is refused in every argument, and says what is wrong', async ({ open }) => {
  expect(CALLS.length).toBeGreaterThan(25);
  const page = await open();
  const complaints = await page.evaluate(async (calls) => {
    const run = await entrenar.WasmRun.new('whole');
    run.log_metric('kept', 1);
    run.log_artifact('kept', new Uint8Array([1]));
    const storage = await entrenar.WasmStorage.open();
    const complaints = [];
    for (const [type, method, source] of calls) {
      for (const half of ['class 😀'.slice(0, 7), '\ud83d', '\ude00', 'a\udc00b', '\ud800\ud800\udc00', '\ufffd\ud83d']) {
        const target = type === 'WasmRun' ? run : type === 'WasmStorage' ? storage : entrenar[method.split('.')[0]];
        try {
          await target[method.split('.').at(-1)](...new Function('$', `return ${source}`)(half));
          complaints.push(`${method}(${source}) took ${JSON.stringify(half)}`);
        } catch ({ name, code, message }) {
          if (name !== 'RangeError' || code !== 'InvalidArgument' || !/lone surrogate/.test(message)) {
            complaints.push(`${method}(${source}) with ${JSON.stringify(half)}: ${name} ${code} ${message}`);
          }
        }
      }
    }
    if (run.list_metric_keys().join() !== 'kept') complaints.push(`keys: ${run.list_metric_keys()}`);
    if (storage.list_runs('exp-0').length !== 1 || storage.list_experiments().length !== 1) complaints.push('a run was made');
    return complaints;
  }, [...CALLS, ...NESTED]);
  expect(complaints).toEqual([]);
});

test('whole characters of every kind stay apart and come back, the replacement character too', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const keys = ['😀', '😁', '\ufffd', '\ufffd\ufffd', 'e\u0301', '\u00e9', '\u{10ffff}', '\ud7ff', '\ue000', '\u0000', 'שלום', '\u202e'];
    const tags = Object.fromEntries(keys.map((key) => [key, `${key}${key}`]));
    const run = await entrenar.WasmRun.new('whole 😀\ufffd', { tags, config: tags, run_name: keys.join('') });
    for (const [index, key] of keys.entries()) for (let times = 0; times <= index; times += 1) run.log_metric(key, index);
    await run.flush();
    const storage = await entrenar.WasmStorage.open();
    const record = storage.run(run.run_id());
    const lengths = keys.map((key) => run.get_metrics(key).step.length);
    return {
      same: JSON.stringify([record.tags, record.config, record.run_name]) === JSON.stringify([tags, tags, keys.join('')]),
      listed: JSON.stringify(run.list_metric_keys()) === JSON.stringify(keys),
      lengths,
      name: storage.experiment('exp-0').name,
    };
  });
  expect(seen).toEqual({ same: true, listed: true, lengths: seen.lengths.map((_, index) => index + 1), name: 'whole 😀\ufffd' });
});
