// Files, out and in: what one browser exports another imports, all of it or nothing.
import { expect, loaded, test } from './fixtures/test.js';

/** A page with the package that has file formats, and a way to get at the error of a promise. */
async function openFormats({ open, site }) {
  const page = await open(site.formats);
  await page.evaluate(() => {
    globalThis.failure = (promise) => promise.then(() => 'it went through', ({ name, code, message }) => ({ name, code, message }));
  });
  return page;
}

/** Two runs with everything that a run can have, in the database of the page. */
async function logEverything() {
  const { WasmRun } = entrenar;
  const first = await WasmRun.new('mnist', { config: { lr: 1e-4, nested: { seed: 20231129 } }, run_name: 'Grüße 😀', tags: { gpu: 'none' } });
  first.log_series('loss', Float64Array.from({ length: 30_000 }, (_, index) => Math.sin(index) / 3));
  [NaN, Infinity, -Infinity, -0, 5e-324, 0.1].forEach((value, index) => first.log_metric_at('odd', 7 - (index % 3), value));
  first.log_metric_at('odd', Number.MAX_SAFE_INTEGER, 1);
  first.log_artifact('weights', new Uint8Array(200_000).map((_, index) => index % 251));
  first.log_artifact('empty', new Uint8Array());
  first.set_span_id('00f067aa0ba902b7');
  await first.finish();
  const second = await WasmRun.new('cifar');
  second.log_metric('loss', 0.5);
  await second.flush();
  return [first.run_id(), second.run_id()];
}

/** Everything that is known of runs but ids, times of the page and what is the storage's own affair. */
async function contents(ids) {
  const storage = await entrenar.WasmStorage.open();
  const all = [];
  for (const id of ids) {
    const { run_id, experiment_id, heard_ms, interrupted, unsaved_points, metrics, ...record } = storage.run(id);
    const series = {};
    for (const key of storage.list_metric_keys(id)) {
      const { step, value, timestamp } = await storage.get_metrics(id, key);
      series[key] = [[...step], [...value].map((value) => (Object.is(value, -0) ? '-0' : String(value))), [...timestamp]];
    }
    const artifacts = {};
    for (const key of Object.keys(record.artifacts)) artifacts[key] = [...(await storage.get_artifact(id, key))];
    all.push({ ...record, experiment: storage.experiment(experiment_id).name, keys: metrics.map(({ key, count, last_step, last_value }) => [key, count, last_step, String(last_value)]), series, artifacts });
  }
  await storage.close();
  return all;
}

test('a database that is exported is the same in another browser that imports it, and exported there is the same file', async ({ open, site, browser }) => {
  const page = await openFormats({ open, site });
  const ids = await page.evaluate(logEverything);
  const before = await page.evaluate(contents, ids);
  const file = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const blob = await storage.export_database();
    return { type: blob.type, text: await blob.text() };
  });
  expect(file.type).toBe('application/jsonl');
  const elsewhere = await (await browser.newContext()).newPage();
  await elsewhere.goto(site.formats);
  await loaded(elsewhere);
  const imported = await elsewhere.evaluate(async (text) => {
    const storage = await entrenar.WasmStorage.open();
    return storage.import_runs(new Blob([text]));
  }, file.text);
  await elsewhere.reload();
  await loaded(elsewhere);
  expect(await elsewhere.evaluate(contents, imported)).toEqual(before);
  const again = await elsewhere.evaluate(async () => (await (await entrenar.WasmStorage.open()).export_database()).text());
  const withoutIds = (text) => text.replaceAll(/"(run|exp)-\d+"/g, '"id"');
  expect(withoutIds(again)).toBe(withoutIds(file.text));
  await elsewhere.context().close();
});

test('a compressed file is smaller and is recognised, whether it is given as a Blob, a view or a buffer', async ({ open, site }) => {
  const page = await openFormats({ open, site });
  const ids = await page.evaluate(logEverything);
  const seen = await page.evaluate(async ([first]) => {
    const storage = await entrenar.WasmStorage.open();
    const plain = await storage.export_runs([first], 'jsonl');
    const small = await storage.export_runs([first], 'jsonl', { compress: true });
    const buffer = await small.arrayBuffer();
    const imported = [];
    for (const data of [plain, small, buffer, new Uint8Array(buffer), new File([small], 'runs.jsonl.gz')]) {
      imported.push(...(await storage.import_runs(data, { experiment: 'copies' })));
    }
    const counts = imported.map((id) => storage.run(id).metrics.map(({ count }) => count));
    return { type: small.type, isSmaller: small.size < plain.size / 2, counts, experiment: storage.experiment(storage.run(imported[4]).experiment_id).name };
  }, ids);
  expect(seen).toEqual({ type: 'application/gzip', isSmaller: true, counts: Array(5).fill([30_000, 7]), experiment: 'copies' });
});

test('a run that was going on is imported as one that was interrupted, and goes on where it was', async ({ open, site }) => {
  const page = await openFormats({ open, site });
  const [, running] = await page.evaluate(logEverything);
  const seen = await page.evaluate(async (running) => {
    const storage = await entrenar.WasmStorage.open();
    const [id] = await storage.import_runs(await storage.export_runs([running], 'jsonl'));
    const { status, interrupted } = storage.run(id);
    const run = await entrenar.WasmRun.resume(id);
    run.log_metric('loss', 0.25);
    await run.finish();
    const { step, value } = await storage.get_metrics(id, 'loss');
    return { status, interrupted, step: [...step], value: [...value] };
  }, running);
  expect(seen).toEqual({ status: 'Running', interrupted: true, step: [0, 1], value: [0.5, 0.25] });
});

test('another tab sees no run of an import before all are there, and then sees all', async ({ open, site }) => {
  const page = await openFormats({ open, site });
  const ids = await page.evaluate(logEverything);
  const reader = await openFormats({ open, site });
  await reader.evaluate(async () => {
    globalThis.storage = await entrenar.WasmStorage.open();
    globalThis.seen = new Set();
    storage.subscribe(() => seen.add(storage.list_experiments().flatMap((id) => storage.list_runs(id)).length));
  });
  await page.evaluate(async (ids) => {
    const storage = await entrenar.WasmStorage.open();
    await storage.import_runs(await storage.export_runs([...ids, ...ids, ...ids], 'jsonl'));
  }, ids);
  await expect.poll(() => reader.evaluate(() => seen.has(8))).toBe(true);
  // The run that goes on may have had news before: then there were two.
  expect(await reader.evaluate(() => [...seen].filter((runs) => runs !== 2))).toEqual([8]);
});

test('an import or an export stops at its signal with nothing left, says how far it is, and a function that throws stops neither', async ({ open, site, problems }) => {
  const page = await openFormats({ open, site });
  const ids = await page.evaluate(logEverything);
  const seen = await page.evaluate(async ([first]) => {
    const storage = await entrenar.WasmStorage.open();
    const file = await storage.export_runs([first], 'jsonl');
    const runs = () => storage.list_experiments().flatMap((id) => storage.list_runs(id)).length;
    const stopped = [];
    const reason = new Error('enough');
    for (const start of [(options) => storage.import_runs(file, options), (options) => storage.export_runs([first], 'jsonl', options)]) {
      for (const isEarly of [true, false]) {
        const controller = new AbortController();
        if (isEarly) controller.abort(reason);
        const error = await start({ signal: controller.signal, on_progress: (done) => done > 0 && controller.abort(reason) }).catch((error) => error);
        stopped.push([error.name, error.code, error instanceof Error, error.cause === reason]);
      }
    }
    const told = { import: [], export: [] };
    await storage.export_runs([first], 'jsonl', { on_progress: (done, total) => told.export.push([done, total]) });
    await storage.import_runs(file, { on_progress: (done, total) => told.import.push([done, total]) });
    const before = runs();
    await storage.import_runs(file, { on_progress: () => { throw new Error('of the caller'); } });
    return { stopped, told, before, after: runs(), size: file.size };
  }, ids);
  expect(seen.stopped).toEqual(Array(4).fill(['AbortError', 'Aborted', true, true]));
  expect(seen.told.export[0]).toEqual([0, 30_007]);
  expect(seen.told.export.at(-1)).toEqual([30_007, 30_007]);
  expect(seen.told.import.at(-1)).toEqual([seen.size, seen.size]);
  expect([seen.before, seen.after]).toEqual([3, 4]);
  expect(problems.list.length).toBeGreaterThan(0);
  expect(problems.list.every((problem) => problem.includes('of the caller') || problem.includes('a function that was passed in'))).toBe(true);
  problems.clear();
});

test('a file that is damaged, newer, foreign or cut off is refused with the place, and nothing of it is imported', async ({ open, site }) => {
  const page = await openFormats({ open, site });
  const ids = await page.evaluate(logEverything);
  const seen = await page.evaluate(async (ids) => {
    const storage = await entrenar.WasmStorage.open();
    const file = await storage.export_runs(ids, 'jsonl');
    const text = await file.text();
    const small = new Uint8Array(await (await storage.export_runs(ids, 'jsonl', { compress: true })).arrayBuffer());
    const damaged = {
      'cut off': file.slice(0, file.size - 30),
      'cut off compressed': small.slice(0, small.length - 100),
      'damaged compressed': small.map((byte, index) => (index === 5000 ? byte ^ 255 : byte)),
      newer: text.replace('"version":1', '"version":9'),
      'wrong value': text.replace('"timestamp_ms":[1', '"timestamp_ms":["a'),
      empty: '',
      picture: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
      deep: `{"format":"entrenar","version":1,"a":${'['.repeat(200_000)}`,
    };
    const codes = {};
    for (const [name, data] of Object.entries(damaged)) {
      const { code, message } = await failure(storage.import_runs(typeof data === 'string' ? new Blob([data]) : data));
      codes[name] = `${code} ${/line \d+|byte \d+|cannot be read/.exec(message)?.[0] ?? message}`;
    }
    return { codes, runs: storage.list_experiments().flatMap((id) => storage.list_runs(id)) };
  }, ids);
  expect(seen.runs).toEqual(ids);
  expect(seen.codes).toMatchObject({ newer: 'NewerFile line 1', empty: 'InvalidFile byte 0', picture: 'InvalidFile byte 0', deep: 'InvalidFile line 1' });
  for (const code of Object.values(seen.codes)) expect(code).toMatch(/^(InvalidFile|NewerFile) (line|byte|cannot)/);
});

test('arguments of the wrong kind are refused, and a package without formats says how to get them', async ({ open, site }) => {
  const page = await openFormats({ open, site });
  const codes = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const calls = [
      storage.export_runs('run-0', 'jsonl'),
      storage.export_runs(undefined, 'jsonl'),
      storage.export_runs([7], 'jsonl'),
      storage.export_runs([], 'xlsx'),
      storage.export_runs(['run\ud800'], 'jsonl'),
      storage.import_runs(new Blob(['step,loss\n1,0.5\n']), { experiment: 'half\ud800' }),
      storage.export_runs([], undefined),
      storage.export_runs([], 'jsonl', { compres: true }),
      storage.export_runs([], 'jsonl', { on_progress: 7 }),
      storage.export_runs([], 'jsonl', { signal: {} }),
      storage.import_runs(undefined),
      storage.import_runs('text'),
      storage.import_runs(new Blob(), { format: 'xlsx' }),
      storage.import_runs(new Blob(), { experiment: 7 }),
    ];
    const codes = new Set((await Promise.all(calls.map(failure))).map(({ code }) => code));
    const missing = await failure(storage.export_runs(['run-77'], 'jsonl'));
    const opening = storage.import_runs(new Blob(['{}']));
    storage.free();
    return [...codes, missing.code, (await failure(opening)).code, (await failure(storage.export_database())).code];
  });
  expect(codes).toEqual(['InvalidArgument', 'RunNotFound', 'Freed', 'Freed']);
  const plain = await open();
  const message = await plain.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    return storage.export_database().catch(({ code, message }) => `${code}: ${message}`);
  });
  expect(message).toMatch(/^Unavailable: .*--features wasm,interop/);
});

test('points go out and come back as CSV and as event files, and what those cannot hold is told', async ({ open, site }) => {
  const page = await openFormats({ open, site });
  const ids = await page.evaluate(logEverything);
  const seen = await page.evaluate(async ([first]) => {
    const storage = await entrenar.WasmStorage.open();
    const seen = {};
    for (const [format, variant] of [['csv', 'long'], ['csv', 'wide'], ['tensorboard', 'float32'], ['tensorboard', 'float64']]) {
      const lost = [];
      const file = await storage.export_runs([first], format, { variant, on_loss: (what) => lost.push(what) });
      const [id] = await storage.import_runs(file);
      const sorted = async (id, key) => {
        const { step, value } = await storage.get_metrics(id, key);
        const round = format === 'tensorboard' && variant === 'float32' ? Math.fround : (value) => value;
        return JSON.stringify([...step].map((step, index) => [step, Object.is(value[index], -0) ? '-0' : String(round(value[index]))]));
      };
      const same = [];
      for (const key of ['loss', 'odd']) same.push((await sorted(id, key)) === (await sorted(first, key)));
      seen[`${format} ${variant}`] = { type: file.type, same, lost: lost.length > 0 };
    }
    return seen;
  }, ids);
  const csv = { type: 'text/csv;charset=utf-8', same: [true, true], lost: true };
  const events = { type: 'application/zip', same: [true, true], lost: true };
  expect(seen).toEqual({ 'csv long': csv, 'csv wide': csv, 'tensorboard float32': events, 'tensorboard float64': events });
});

test('columns of a foreign CSV file are what the caller says, and an unknown column is refused', async ({ open, site }) => {
  const page = await openFormats({ open, site });
  const seen = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const file = new Blob(['tick;was;wieviel\n3;loss;0,5\n'.replace('0,5', '0.5')]);
    const [id] = await storage.import_runs(file, { columns: { x: 'tick', key: 'was', value: 'wieviel' }, experiment: 'foreign' });
    const { step, value } = await storage.get_metrics(id, 'loss');
    const codes = await Promise.all([{ y: 'tick' }, { x: 7 }, 7, { x: 'nothing' }].map((columns) => failure(storage.import_runs(file, { columns }))));
    return { step: [...step], value: [...value], codes: codes.map(({ code }) => code) };
  });
  expect(seen).toEqual({ step: [3], value: [0.5], codes: ['InvalidArgument', 'InvalidArgument', 'InvalidArgument', 'InvalidFile'] });
});

test('an import whose file does not come any further stops at its signal', async ({ open, site }) => {
  const page = await openFormats({ open, site });
  const seen = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const stalled = new Blob(['step,loss\n1,0.5\n']);
    stalled.stream = () => new ReadableStream({ pull: () => new Promise(() => {}) });
    const controller = new AbortController();
    const importing = failure(storage.import_runs(stalled, { signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve));
    controller.abort();
    return [(await importing).code, storage.list_experiments()];
  });
  expect(seen).toEqual(['Aborted', []]);
});

test('a million points go out and in while the page keeps painting', async ({ open, site }) => {
  const page = await openFormats({ open, site });
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('large');
    run.log_series('loss', Float64Array.from({ length: 1_000_000 }, (_, index) => Math.sin(index)));
    await run.finish();
    const storage = await entrenar.WasmStorage.open();
    let tasks = 0;
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      tasks += 1;
      channel.port2.postMessage(undefined);
    };
    channel.port2.postMessage(undefined);
    const file = await storage.export_runs([run.run_id()], 'jsonl');
    const between = tasks;
    const [id] = await storage.import_runs(file);
    channel.port1.close();
    const { value } = await storage.get_metrics(id, 'loss');
    return { count: value.length, isSame: value.every((value, index) => value === Math.sin(index)), exported: between > 2, imported: tasks - between > 2 };
  });
  expect(seen).toEqual({ count: 1_000_000, isSame: true, exported: true, imported: true });
});
