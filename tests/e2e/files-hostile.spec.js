// Files that were made to do harm, or are none of ours: refused in words, in bounded memory, with nothing left of them.
import { expect, test } from './fixtures/test.js';

const MiB = 1 << 20;

/** What each file is made of, in the page, and what its refusal says. Of what is larger than memory the same part is repeated. */
const HOSTILE = [
  ['a picture', `[new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0])]`, 'neither JSON Lines'],
  ['a web page', `['<!doctype html><html><body>hi, there</body></html>']`, 'neither JSON Lines'],
  ['nothing', `[]`, 'neither JSON Lines'],
  ['a byte order mark alone', `['\ufeff']`, 'neither JSON Lines'],
  ['text in UTF-16', `[new Uint16Array([0xfeff, ...[...'step,loss\\n1,0.5\\n'].map((c) => c.charCodeAt(0))])]`, 'UTF-16: save it in UTF-8'],
  ['a line of 1 GB in JSON Lines', `[HEADER, '{"line":"run","id":"', ...Array(1024).fill(MiB_OF('x'))]`, 'line 2: the line is longer'],
  ['a line of 1 GB in CSV', `['a,b\\n"', ...Array(1024).fill(MiB_OF('x'))]`, 'line 2: a row is longer'],
  ['a header of 1 GB in CSV', `['a,b', ...Array(1024).fill(MiB_OF('x'))]`, 'line 1: a row is longer'],
  ['a row of half a milliard of cells', `['a,b\\n', ...Array(1024).fill(MiB_OF('1,'))]`, 'line 2: a row is longer'],
  ['a milliard of points that are claimed', `[HEADER, '{"line":"end","runs":0,"points":1000000000}']`, 'line 2: the file had'],
  ['brackets without end', `[HEADER, '['.repeat(3e6)]`, 'line 2: the line is no JSON object'],
  ['a configuration of a million levels', `[HEADER, EXPERIMENT, RUN.replace('}', ',"config":{"a":' + '['.repeat(1e6) + ']'.repeat(1e6) + '}}')]`, 'line 3: the field \'config\' is nested deeper'],
  ['an unknown field of a million levels', `[HEADER, EXPERIMENT, RUN.replace('}', ',"new":' + '['.repeat(1e6) + ']'.repeat(1e6) + '}')]`, 'line 3: the field \'new\' is nested deeper'],
  ['two experiments of one id', `[HEADER, EXPERIMENT, EXPERIMENT]`, "line 3: there are two experiments 'e'"],
  ['a run that is its own experiment', `[HEADER, RUN.replaceAll('"e"', '"r"')]`, "line 2: no experiment 'r'"],
  ['a time beyond the calendar', `[HEADER, EXPERIMENT, RUN.replace('created_ms":1', 'created_ms":1e300')]`, 'line 3: 1e300 is no time'],
  ['a time beyond the calendar in CSV', `['step,timestamp,loss\\n1,1e300,1\\n']`, "line 2: the time '1e300'"],
  ['five million runs in CSV', `['run,step,loss\\n', ...Array.from({ length: 100 }, (_, at) => LINES(50000, (i) => 'r' + (at * 50000 + i) + ',1,0.5'))]`, 'split the file'],
  ['five million keys in CSV', `['key,step,value\\n', ...Array.from({ length: 100 }, (_, at) => LINES(50000, (i) => 'k' + (at * 50000 + i) + ',1,0.5'))]`, 'split the file'],
  ['two million keys in JSON Lines', `[HEADER, EXPERIMENT, RUN, ...Array.from({ length: 40 }, (_, at) => LINES(50000, (i) => '{"line":"points","key":"k' + (at * 50000 + i) + '","step":[1],"value":[1],"timestamp_ms":[1]}'))]`, 'more runs, metrics or artifacts than fit into memory'],
  ['a million runs in JSON Lines', `[HEADER, EXPERIMENT, ...Array(100).fill(LINES(10000, () => RUN.trim()))]`, 'the descriptions of experiments and runs'],
  ['gzip that becomes 2 GB of nothing', `[await PACKED(Array(2048).fill(MiB_OF('\\0')))]`, 'neither JSON Lines'],
  ['gzip that becomes a line of 1 GB', `[await PACKED([HEADER, ...Array(1024).fill(MiB_OF(' '))])]`, 'line 2: the line is longer'],
  ['gzip within gzip', `[await PACKED([await PACKED(['step,loss'])])]`, 'compressed twice'],
  ['gzip that was cut off', `[(await PACKED([HEADER, EXPERIMENT, RUN])).slice(0, 60)]`, 'the file cannot be read'],
];

for (const [name, parts, refusal] of HOSTILE) {
  test(`${name} is refused in bounded memory`, async ({ open, site }) => {
    test.setTimeout(120_000);
    const page = await open(site.formats);
    const seen = await page.evaluate(async (parts) => {
      const HEADER = '{"format":"entrenar","version":1}\n';
      const EXPERIMENT = '{"line":"experiment","id":"e","name":"e","created_ms":1}\n';
      const RUN = '{"line":"run","id":"r","experiment":"e","status":"Success","created_ms":1}\n';
      const MiB_OF = (text) => new Blob([text.repeat((1 << 20) / text.length)]);
      const LINES = (count, line) => new Blob([Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('')]);
      const PACKED = async (parts) => new Response(new Blob(parts).stream().pipeThrough(new CompressionStream('gzip'))).blob();
      const made = await new Function('HEADER', 'EXPERIMENT', 'RUN', 'MiB_OF', 'LINES', 'PACKED', `return (async () => ${parts})()`)(HEADER, EXPERIMENT, RUN, MiB_OF, LINES, PACKED);
      const { memory } = await (await import('/pkg-npm/entrenar.js')).default();
      const storage = await entrenar.WasmStorage.open();
      const error = await storage.import_runs(new Blob(made)).catch((error) => error);
      return { code: error.code, message: error.message, wasm: memory.buffer.byteLength, experiments: storage.list_experiments().length };
    }, parts);
    expect(seen.message).toContain(refusal);
    expect(seen).toMatchObject({ code: 'InvalidFile', experiments: 0 });
    expect(seen.wasm).toBeLessThan(600 * MiB);
  });
}

test('a compressed file is decompressed in small pieces, however small it is packed', async ({ open, site }) => {
  const page = await open(site.formats);
  const largest = await page.evaluate(async () => {
    const parts = ['step,loss\n', ...Array(64).fill(new Blob(['1,1\n'.repeat(1 << 18)]))];
    const packed = await new Response(new Blob(parts).stream().pipeThrough(new CompressionStream('gzip'))).blob();
    let largest = 0;
    const original = globalThis.DecompressionStream;
    globalThis.DecompressionStream = class {
      constructor(format) {
        const { readable, writable } = new original(format);
        const seen = new TransformStream({ transform: (piece, controller) => { largest = Math.max(largest, piece.length); controller.enqueue(piece); } });
        seen.readable.pipeTo(writable).catch(() => {});
        return { readable, writable: seen.writable };
      }
    };
    const storage = await entrenar.WasmStorage.open();
    await storage.import_runs(packed, { signal: AbortSignal.timeout(2000) }).catch(() => {});
    return largest;
  });
  expect(largest).toBeGreaterThan(0);
  expect(largest).toBeLessThanOrEqual(16 << 10);
});
