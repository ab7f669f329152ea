// A database that was written before the storage engine was rebuilt opens for ever: runs that were interrupted, resumed, renamed by
// another session, compacted, deleted, taken over, and left with points that only the log of a closing page has.
import { expect, loaded, test, upTo } from '../fixtures/durable.js';
import { readArtifact, readRuns, releasedDump, restored } from '../fixtures/released.js';

const dump = await releasedDump('before-rebuild');
const thirds = (count) => ({ steps: upTo(count), values: upTo(count).map((step) => step / 3) });

test('everything that was stored before the rebuild is read', async ({ open }) => {
  const page = await restored(open, dump);
  const runs = await readRuns(page);
  expect(Object.keys(runs).sort()).toEqual(['run-0', 'run-1', 'run-4', 'run-5', 'run-6', 'run-7', 'run-8']);
  expect(runs['run-0']).toEqual({
    experiment: 'interrupted',
    status: 'Success',
    interrupted: false,
    run_name: 'brave heron',
    config: { lr: 0.001, layers: [64, 32], adam: { betas: [0.9, 0.999] } },
    tags: { 'from another session': 'да ✓', 'from its owner': 'yes' },
    span_id: undefined,
    artifacts: [],
    series: {
      loss: thirds(152),
      accuracy: { steps: upTo(100), values: upTo(100).map((step) => -step) },
      // Logged through `log_metrics`, which gives every metric of a call the highest next step of them.
      late: { steps: upTo(50).map((index) => 100 + index), values: upTo(50).map((index) => (100 + index) * 2) },
    },
  });
  expect(runs['run-1']).toEqual({
    experiment: 'finished',
    status: 'Success',
    interrupted: false,
    run_name: 'long walk',
    config: undefined,
    tags: { author: 'grace' },
    span_id: '00f067aa0ba902b7',
    artifacts: ['checkpoint', 'bytes'],
    series: {
      long: { steps: upTo(9_000), values: upTo(9_000).map((step) => step / 8) },
      loss: { steps: upTo(300), values: upTo(300).map((step) => 1 / (step + 1)) },
      unordered: { steps: upTo(30).map((index) => 971 + index), values: upTo(30).map((index) => 29 - index) },
      'equal steps': { steps: upTo(30).map(() => 7), values: upTo(30) },
      special: { steps: upTo(6), values: [NaN, Infinity, -Infinity, -0, Number.MIN_VALUE, Number.MAX_VALUE] },
      farthest: { steps: [2 ** 53 - 1], values: [0.5] },
    },
  });
  expect(await readArtifact(page, 'run-1', 'checkpoint')).toBe('weights after flush 24');
  expect([runs['run-4'].status, runs['run-5'].status]).toEqual(['Failed', 'Cancelled']);
  expect(runs['run-6']).toMatchObject({
    experiment: 'running',
    status: 'Running',
    interrupted: true,
    run_name: 'named by a neighbour',
    tags: { number: 'six' },
    series: { loss: thirds(60) },
  });
  expect(runs['run-7']).toMatchObject({ status: 'Running', interrupted: true, run_name: 'left in a hurry', series: { loss: thirds(25) } });
  expect(runs['run-8']).toMatchObject({ status: 'Running', interrupted: true, series: { loss: thirds(25) } });
});

test('runs that were left before the rebuild are resumed, logged to and finished', async ({ open }) => {
  const page = await restored(open, dump);
  await page.evaluate(async () => {
    for (const id of ['run-6', 'run-7', 'run-8']) {
      const run = await entrenar.WasmRun.resume(id);
      const next = run.current_step('loss');
      for (let step = next; step < next + 10; step += 1) run.log_metric('loss', step / 3);
      run.set_tag('resumed', 'yes');
      await run.flush();
      run.log_metric('loss', (next + 10) / 3);
      await run.finish();
    }
  });
  await page.reload();
  await loaded(page);
  const runs = await readRuns(page);
  for (const [id, count] of [['run-6', 71], ['run-7', 36], ['run-8', 36]]) {
    expect(runs[id]).toMatchObject({ status: 'Success', interrupted: false, tags: { resumed: 'yes' }, series: { loss: thirds(count) } });
  }
  expect(runs['run-6']).toMatchObject({ run_name: 'named by a neighbour', tags: { number: 'six' } });
});

test('what was stored before the rebuild can be edited and deleted, and new runs get new ids', async ({ open }) => {
  const page = await restored(open, dump);
  const ids = await page.evaluate(async () => {
    const { WasmRun, WasmStorage } = entrenar;
    const storage = await WasmStorage.open();
    await storage.rename_run('run-0', 'named again');
    await storage.set_tag('run-1', 'author', 'hopper');
    await storage.delete_run('run-1');
    await storage.delete_experiment('exp-2');
    const ids = [];
    for (const name of ['finished', 'new']) {
      const run = await WasmRun.new(name);
      run.log_metric('loss', 1);
      run.log_artifact('checkpoint', new TextEncoder().encode('weights after flush 24'));
      await run.finish();
      ids.push([run.experiment_id(), run.run_id()]);
    }
    await storage.close();
    return ids;
  });
  expect(ids).toEqual([['exp-1', 'run-9'], ['exp-4', 'run-10']]);
  await page.reload();
  await loaded(page);
  const runs = await readRuns(page);
  expect(Object.keys(runs).sort()).toEqual(['run-0', 'run-10', 'run-4', 'run-5', 'run-6', 'run-7', 'run-8', 'run-9']);
  expect(runs['run-0']).toMatchObject({ run_name: 'named again', series: { loss: thirds(152) } });
  expect(await readArtifact(page, 'run-9', 'checkpoint')).toBe('weights after flush 24');
  const codes = await page.evaluate(async () => {
    const codes = [];
    // Deleted before the rebuild, and after it.
    for (const id of ['run-2', 'run-3', 'run-1']) codes.push(await entrenar.WasmRun.resume(id).then(() => 'resumed', (error) => error.code));
    return codes;
  });
  expect(codes).toEqual(['RunNotFound', 'RunNotFound', 'RunNotFound']);
});
