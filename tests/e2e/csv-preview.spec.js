// `preview_csv`: what a CSV file would be read as, before it is.
import { expect, test } from './fixtures/test.js';

test('a preview says what each column would be read as, and the same columns import it so', async ({ open, site }) => {
  const page = await open(site.formats);
  const seen = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const file = new Blob(['epoch;model;loss;note\n0;a;0.5;first\n1;a;0.25;second\n']);
    const plain = await storage.preview_csv(file);
    const columns = { x: null, run: 'note', experiment: 'model', metrics: ['loss', 'epoch'] };
    const chosen = await storage.preview_csv(file, { columns });
    const ids = await storage.import_runs(file, { columns });
    const runs = ids.map((id) => storage.run(id));
    return {
      plain,
      chosen: chosen.columns.map(({ role }) => role),
      runs: runs.map((run) => [storage.experiment(run.experiment_id).name, run.run_name, run.metrics.map(({ key, last_step, last_value }) => [key, last_step, last_value])]),
      listed: storage.list_experiments().length,
    };
  });
  expect(seen.plain).toEqual({
    delimiter: ';',
    shape: 'wide',
    columns: [{ name: 'epoch', role: 'x' }, { name: 'model' }, { name: 'loss', role: 'metric' }, { name: 'note' }],
    rows: [['0', 'a', '0.5', 'first'], ['1', 'a', '0.25', 'second']],
  });
  expect(seen.chosen).toEqual(['metric', 'experiment', 'metric', 'run']);
  expect(seen.runs).toEqual([
    ['a', 'first', [['loss', 0, 0.5], ['epoch', 0, 0]]],
    ['a', 'second', [['loss', 0, 0.25], ['epoch', 0, 1]]],
  ]);
  expect(seen.listed).toBe(1);
});

test('only the head of a large file is read, compressed or not, and a row that is cut off there is no problem', async ({ open, site }) => {
  const page = await open(site.formats);
  const seen = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const rows = new Blob(['step,key,value\n', ...Array(100).fill(new Blob(['1,loss,"0.123456789"\n'.repeat(100_000)]))]);
    const compressed = await new Response(rows.slice(0, 30 << 20).stream().pipeThrough(new CompressionStream('gzip'))).blob();
    const results = [];
    for (const file of [rows, compressed]) {
      let bytes = 0;
      const stream = Blob.prototype.stream;
      Blob.prototype.stream = function () {
        const counted = { transform: (piece, controller) => { bytes += piece.length; controller.enqueue(piece); } };
        return stream.call(this).pipeThrough(new TransformStream(counted));
      };
      const { shape, problem, rows: shown, columns } = await storage.preview_csv(file);
      Blob.prototype.stream = stream;
      results.push({ shape, problem, shown: shown.length, columns: columns.map(({ role }) => role), isHead: bytes < (8 << 20) });
    }
    return { results, size: rows.size };
  });
  expect(seen.size).toBeGreaterThan(200_000_000);
  const expected = { shape: 'long', problem: undefined, shown: 20, columns: ['x', 'key', 'value'], isHead: true };
  expect(seen.results).toEqual([expected, expected]);
});

test('what is no CSV file, or cannot be read as one, is refused or said', async ({ open, site }) => {
  const page = await open(site.formats);
  const seen = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const failure = (promise) => promise.then(({ problem }) => problem ?? 'fine', ({ code, name, message }) => `${name} ${code} ${message}`);
    const csv = new Blob(['step,loss\n1,0.5\n2,high\n']);
    const aborted = AbortSignal.abort();
    return Promise.all([
      storage.preview_csv(csv),
      storage.preview_csv(new Blob(['{"format":"entrenar","version":1}\n'])),
      storage.preview_csv(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff, 10])),
      storage.preview_csv(new Blob([])),
      storage.preview_csv(csv, { columns: { y: 'loss' } }),
      storage.preview_csv(csv, { columns: { metrics: 'loss' } }),
      storage.preview_csv(csv, { columns: { x: 'time' } }),
      storage.preview_csv(csv, { signal: aborted }),
      storage.preview_csv(csv, { compress: true }),
    ].map(failure));
  });
  const expected = [
    "line 3: the value of 'loss' is no number: 'high'",
    'Error InvalidFile this is no CSV file',
    'Error InvalidFile line 1: this is not UTF-8',
    'Error InvalidFile line 1: the file is empty',
    'RangeError InvalidArgument options.columns.y is not known',
    'TypeError InvalidArgument options.columns.metrics must be an array of names',
    "line 1: there is no column 'time'",
    'AbortError Aborted',
    'TypeError InvalidArgument options.compress is not an option',
  ];
  expect(seen).toHaveLength(expected.length);
  expected.forEach((text, index) => expect(seen[index]).toContain(text));
});
