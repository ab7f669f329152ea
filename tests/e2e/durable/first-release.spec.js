// A database that the first release wrote opens for ever. The file it lies in is never written again: see dump-release.mjs.
import { expect, loaded, test } from '../fixtures/durable.js';
import { readArtifact, readRuns, releasedDump, restored } from '../fixtures/released.js';

const dump = await releasedDump('first-release');

test('everything that the first release stored is read', async ({ open }) => {
  const page = await restored(open, dump);
  const runs = await readRuns(page);
  const steps = (count, first = 0) => Array.from({ length: count }, (_, index) => first + index);
  expect([await readArtifact(page, 'run-0', 'model'), await readArtifact(page, 'run-0', 'same'), await readArtifact(page, 'run-0', 'empty')]).toEqual(['abc', 'abc', '']);
  expect(Object.keys(runs)).toEqual(['run-0', 'run-1', 'run-2']);
  expect(runs['run-0']).toEqual({
    experiment: 'mnist',
    status: 'Success',
    interrupted: false,
    run_name: 'quiet otter',
    config: { optimizer: 'adam', batch: 64 },
    tags: { author: 'ada' },
    span_id: '00f067aa0ba902b7',
    artifacts: ['model', 'same', 'empty'],
    series: {
      loss: { steps: steps(300), values: steps(300).map((step) => 1 / (step + 1)) },
      special: { steps: steps(6), values: [NaN, Infinity, -Infinity, -0, Number.MIN_VALUE, Number.MAX_VALUE] },
      unordered: { steps: [3, 7, 7, 2 ** 53 - 1], values: [2, 1, 3, 4] },
    },
  });
  expect(runs['run-1']).toMatchObject({
    experiment: 'mnist',
    status: 'Running',
    tags: { 'ключ ✓': 'значение' },
    series: {
      loss: { steps: [10, ...steps(50, 11)], values: [2, ...steps(50).map((index) => index / 3)] },
      accuracy: { steps: [10], values: [0.5] },
    },
  });
  expect(runs['run-2']).toMatchObject({
    experiment: 'second experiment',
    status: 'Failed',
    series: { loss: { steps: [0], values: [9] } },
  });
});

test('a run that the first release left is gone on with, and new ones get new ids', async ({ open }) => {
  const page = await restored(open, dump);
  const ids = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.resume('run-1');
    run.log_metric('loss', -1);
    run.log_metric('accuracy', 0.75);
    await run.finish();
    const next = await entrenar.WasmRun.new('mnist');
    next.log_metric('loss', 1);
    await next.finish();
    return [next.run_id(), next.experiment_id(), run.experiment_id()];
  });
  expect(ids).toEqual(['run-4', 'exp-0', 'exp-0']);
  await page.reload();
  await loaded(page);
  const found = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const tail = async (key) => {
      const { step, value } = await storage.get_metrics('run-1', key);
      return [step.length, step.at(-1), value.at(-1)];
    };
    return [storage.run('run-1').status, await tail('loss'), await tail('accuracy')];
  });
  expect(found).toEqual(['Success', [52, 61, -1], [2, 11, 0.75]]);
});
