import { expect, test } from 'vitest';
import type { Storage } from '../tracker';
import { MlflowSender } from './mlflow-sender';

const choice = { url: 'http://a', experiment: '', authorization: '', live: false };

/** A storage whose sync goes on until the test ends it. */
function sending() {
  let resolve = (_: { mlflow_run_id: string; points: number }) => {};
  let reject = (_: Error) => {};
  const promise = new Promise<{ mlflow_run_id: string; points: number }>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  let options: { signal: AbortSignal; on_progress: (done: number, total: number) => void; on_loss: (what: string) => void } | undefined;
  let syncs = 0;
  const storage = {
    sync_mlflow: (_: string, given: typeof options) => {
      syncs += 1;
      options = given;
      return promise;
    },
    mlflow_syncs: async () => [{ url: 'http://a', experiment: 'e', points: 7, is_sending: false }],
  };
  return {
    storage: storage as unknown as Storage,
    resolve,
    reject,
    options: () => options as NonNullable<typeof options>,
    syncs: () => syncs,
  };
}

test('what a sync tells while it goes on is shown, and what came of it with what is stored', async () => {
  const { storage, resolve, options, syncs } = sending();
  const sender = new MlflowSender(() => {});
  const work = sender.send(storage, 'run-0', choice);
  options().on_progress(3, 7);
  options().on_loss('MLflow keeps ±Infinity otherwise');
  expect(sender.view.get('run-0')?.work).toMatchObject({ done: 3, total: 7 });
  await sender.send(storage, 'run-0', choice);
  expect(syncs()).toBe(1);
  resolve({ mlflow_run_id: 'a', points: 7 });
  await work;
  expect(sender.view.get('run-0')).toMatchObject({
    work: { outcome: 'done', losses: ['MLflow keeps ±Infinity otherwise'] },
    syncs: [{ points: 7 }],
  });
});

test('a sync that is stopped is no failure, and one that fails says why and can be tried again', async () => {
  const stopped = sending();
  const sender = new MlflowSender(() => {});
  const work = sender.send(stopped.storage, 'run-0', choice);
  sender.stop('run-0');
  expect(stopped.options().signal.aborted).toBe(true);
  stopped.reject(Object.assign(new Error('stopped'), { code: 'Aborted' }));
  await work;
  expect(sender.view.get('run-0')?.work?.outcome).toBe('stopped');
  const failed = sending();
  failed.reject(Object.assign(new Error('look into its log'), { code: 'ServerBusy' }));
  await sender.send(failed.storage, 'run-0', choice);
  expect(sender.view.get('run-0')?.work).toMatchObject({ outcome: 'failed', text: 'look into its log' });
});
