import { expect, test, vi } from 'vitest';
import type { Storage } from '../tracker';
import { FileWorker } from './file-work';

interface Options {
  signal: AbortSignal;
  on_progress: (done: number, total: number) => void;
  on_loss: (what: string) => void;
}

/** A storage whose import goes on until the test ends it. */
function importing() {
  let resolve = (_: string[]) => {};
  let reject = (_: Error) => {};
  const promise = new Promise<string[]>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  let options: Options | undefined;
  const import_runs = (_file: File, given: Options) => {
    options = given;
    return promise;
  };
  return { storage: { import_runs } as unknown as Storage, resolve, reject, options: () => options as Options };
}

const file = { name: 'runs.csv', size: 20 } as File;

test('what an import tells while it goes on is part of what came of it', async () => {
  const { storage, resolve, options } = importing();
  const worker = new FileWorker(() => {});
  const work = worker.import(storage, file);
  options().on_progress(10, 20);
  options().on_loss('images are not imported');
  expect(worker.work).toMatchObject({ done: 10, total: 20 });
  resolve(['run-1', 'run-2']);
  await work;
  expect(worker.work).toMatchObject({
    outcome: 'done',
    done: 10,
    losses: ['images are not imported'],
    run_ids: ['run-1', 'run-2'],
    text: 'Imported 2 runs.',
  });
  worker.dismiss();
  expect(worker.work).toBeUndefined();
});

test('how far it is by now is shown before long, though nothing more is told', async () => {
  vi.useFakeTimers();
  const { storage, options } = importing();
  const shown: (number | undefined)[] = [];
  const worker: FileWorker = new FileWorker(() => shown.push(worker.work?.done));
  void worker.import(storage, file);
  for (const done of [1, 2, 3]) options().on_progress(done, 20);
  expect(shown).toEqual([0]);
  vi.advanceTimersByTime(1_000);
  expect(shown).toEqual([0, 3]);
  vi.useRealTimers();
});

test('a second file is refused in words while the first is read, and taken after it', async () => {
  const first = importing();
  const worker = new FileWorker(() => {});
  const work = worker.import(first.storage, file);
  await expect(worker.import(importing().storage, file)).rejects.toThrow('“runs.csv” is not done yet');
  worker.dismiss();
  expect(worker.work).toMatchObject({ name: 'runs.csv' });
  first.resolve(['run-1']);
  await work;
  const second = importing();
  const next = worker.import(second.storage, file);
  second.reject(Object.assign(new Error('nothing was imported: line 3'), { code: 'InvalidFile' }));
  await next;
  expect(worker.work).toMatchObject({ outcome: 'failed', text: 'nothing was imported: line 3' });
});

test('work that is stopped says that nothing of it is there', async () => {
  const { storage, reject, options } = importing();
  const worker = new FileWorker(() => {});
  const work = worker.import(storage, file);
  worker.stop();
  expect(options().signal.aborted).toBe(true);
  reject(Object.assign(new Error('it was stopped by its signal'), { code: 'Aborted' }));
  await work;
  expect(worker.work).toMatchObject({ outcome: 'stopped', text: 'Stopped: nothing was imported.' });
});

/** A storage whose import from MLflow goes on until the test ends it. */
function importingFromMlflow() {
  const { resolve, reject, options, storage } = importing();
  const { import_runs } = storage as unknown as { import_runs: (file: unknown, given: Options) => Promise<string[]> };
  const import_mlflow = async (_id: string, given: Options) => (await import_runs(_id, given))[0];
  const run = (run_id: string) => ({ run_id, run_name: 'first', metrics: [{ count: 2_000 }, { count: 1_000 }] });
  return { storage: { import_mlflow, run } as unknown as Storage, resolve, reject, options };
}

const asked = { url: 'http://a', authorization: 'Bearer x', mlflow_run_id: '0a1b' };

test('a run of MLflow is read to an end that nobody knows before, and is one to be opened', async () => {
  const { storage, resolve, options } = importingFromMlflow();
  const worker = new FileWorker(() => {});
  const work = worker.importMlflow(storage, asked);
  await vi.waitFor(() => expect(options()).toMatchObject({ url: 'http://a', headers: { Authorization: 'Bearer x' } }));
  // The package says of both what was read so far.
  options().on_progress(2_000, 2_000);
  expect(worker.work).toMatchObject({ kind: 'import', unit: 'points', name: '0a1b', done: 2_000, total: undefined });
  resolve(['run-1']);
  await work;
  expect(worker.work).toMatchObject({
    outcome: 'done',
    opens: true,
    run_ids: ['run-1'],
    text: 'Imported “first” from MLflow: 3,000 points.',
  });
});

test('a run of MLflow that is refused says what to do, and one that is stopped that nothing is there', async () => {
  for (const [code, outcome, text] of [
    ['ServerDenied', 'failed', /“Authorization”/],
    ['Aborted', 'stopped', /^Stopped: nothing was imported\.$/],
  ] as const) {
    const { storage, reject, options } = importingFromMlflow();
    const worker = new FileWorker(() => {});
    const work = worker.importMlflow(storage, asked);
    await vi.waitFor(() => expect(options()).toBeDefined());
    worker.stop();
    expect(options().signal.aborted).toBe(true);
    reject(Object.assign(new Error('see options.headers'), { code }));
    await work;
    expect(worker.work).toMatchObject({ outcome, text: expect.stringMatching(text) });
  }
});
