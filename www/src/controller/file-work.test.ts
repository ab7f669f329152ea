import { expect, test } from 'vitest';
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
