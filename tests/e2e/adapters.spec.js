// `entrenar/adapters`: what libraries call back becomes metrics, and never ends what called it.
import { buildApp, writeApp } from './fixtures/app.js';
import { installPacked } from './fixtures/npm-package.js';
import { expect, test } from './fixtures/test.js';

const PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>adapters</title><body><script type="module" src="./main.js"></script></body></html>';

/** A page in which `code` ran, with the package, its adapters and a run; `code` puts what is looked at into `globalThis.said`. */
async function pageWith({ context, site }, name, code) {
  const root = await writeApp(name, {
    'index.html': PAGE,
    'main.js': `import { WasmRun } from 'entrenar';\nimport * as adapters from 'entrenar/adapters';\nconst run = await WasmRun.new('adapted');\n${code}`,
  });
  await installPacked(root);
  const page = await context.newPage();
  await page.goto(site.addDirectory(name, await buildApp(root, name)));
  await page.waitForFunction(() => globalThis.said !== undefined);
  return page.evaluate(() => globalThis.said);
}

/** Steps and values of every metric of `run`. */
const METRICS = `Object.fromEntries(run.list_metric_keys().map((key) => [key, { step: [...run.get_metrics(key).step], value: [...run.get_metrics(key).value] }]))`;

test('a training of TensorFlow.js is logged by epoch and by batch, and goes on when nothing can be logged', async ({ context, site, problems }) => {
  const said = await pageWith({ context, site }, 'adapter-tfjs', `
    import * as tf from '@tensorflow/tfjs-core';
    import '@tensorflow/tfjs-backend-cpu';
    import * as layers from '@tensorflow/tfjs-layers';
    const model = layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', metrics: ['mae'] });
    const xs = tf.tensor2d([0, 1, 2, 3, 4, 5, 6, 7], [8, 1]);
    const ys = tf.tensor2d([1, 3, 5, 7, 9, 11, 13, 15], [8, 1]);
    const fit = () => model.fit(xs, ys, { epochs: 3, batchSize: 2, validationSplit: 0.25, shuffle: false, callbacks: adapters.tfjs_callbacks(run) });
    const { history } = await fit();
    const metrics = ${METRICS};
    await run.finish();
    const warnings = [];
    console.warn = (text) => warnings.push(text);
    await fit();
    globalThis.said = { metrics, history: { loss: history.loss, val_mae: history.val_mae }, warnings };
  `);
  expect(Object.keys(said.metrics).sort()).toEqual(['batch/loss', 'batch/mae', 'train/loss', 'train/mae', 'val/loss', 'val/mae']);
  expect(said.metrics['train/loss']).toEqual({ step: [0, 1, 2], value: said.history.loss });
  expect(said.metrics['val/mae']).toEqual({ step: [0, 1, 2], value: said.history.val_mae });
  expect(said.metrics['batch/loss'].step).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(said.warnings).toEqual([expect.stringMatching(/work goes on.*'run-0': its status is Success/)]);
  expect(problems.list).toEqual([]);
});

test('loading and generating by transformers.js and WebLLM, profiles of ONNX Runtime, and any loop are logged', async ({ context, site, problems }) => {
  const said = await pageWith({ context, site }, 'adapter-others', `
    const clock = { now: 0 };
    performance.now = () => clock.now;
    const progress = adapters.transformers_progress(run);
    for (const event of [
      { status: 'initiate', file: 'model.onnx' },
      { status: 'progress', file: 'model.onnx', progress: 12.5, loaded: 1, total: 8 },
      { status: 'done', file: 'model.onnx' },
      { status: 'ready', task: 'text-generation' },
    ]) progress(event);
    const token = adapters.token_rate(run, { key: 'speed' });
    for (clock.now of [100, 150, 200]) token([7n]);
    adapters.web_llm_progress(run)({ progress: 0.25, timeElapsed: 1, text: 'Loading' });
    adapters.log_web_llm_usage(run, { prompt_tokens: 10, completion_tokens: 4, extra: { decode_tokens_per_s: 20, time_to_first_token_s: 0.5 } });
    const profiling = adapters.onnx_profiling(run);
    profiling.ondata({ version: 1, kernelId: 3, kernelType: 'MatMul', kernelName: 'm', programName: 'p', startTime: 1_000_000, endTime: 3_500_000 });
    clock.now = 1_000;
    const tick = adapters.step_timer(run, { prefix: 'train ' });
    clock.now = 1_250;
    tick(32);
    clock.now = 1_300;
    tick();
    globalThis.said = { mode: profiling.mode, values: Object.fromEntries(Object.entries(${METRICS}).map(([key, { value }]) => [key, value])) };
  `);
  expect(said).toEqual({
    mode: 'default',
    values: {
      'load/model.onnx': [12.5, 100],
      speed: [20, 20],
      'load/model': [25],
      'tokens/prompt': [10],
      'tokens/completion': [4],
      'tokens/s': [20],
      'first token ms': [500],
      'onnx/MatMul ms': [2.5],
      'train ms/step': [250, 50],
      'train items/s': [128],
    },
  });
  expect(problems.list).toEqual([]);
});

test('nothing that an adapter is called with throws, and a host whose console throws does not either', async ({ context, site, problems }) => {
  const said = await pageWith({ context, site }, 'adapter-hostile', `
    console.warn = () => { throw new Error('no console'); };
    await run.finish();
    const { onEpochEnd, onBatchEnd } = adapters.tfjs_callbacks(run);
    const hostile = new Proxy({}, { get() { throw new Error('a getter'); }, ownKeys() { throw new Error('keys'); } });
    const timer = adapters.step_timer(run);
    const calls = [onEpochEnd, onBatchEnd, adapters.transformers_progress(run), adapters.token_rate(run), adapters.web_llm_progress(run), adapters.onnx_profiling(run).ondata, timer, (value) => adapters.log_web_llm_usage(run, value)];
    const thrown = [];
    for (const call of calls) {
      for (const value of [undefined, null, 1, 'text', {}, hostile, { loss: 1, progress: 1, status: 'progress', startTime: 1, endTime: 2 }]) {
        try {
          call(value, value);
        } catch (error) {
          thrown.push(String(error));
        }
      }
    }
    globalThis.said = thrown;
  `);
  expect(said).toEqual([]);
  expect(problems.list).toEqual([]);
});
