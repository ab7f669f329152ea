// `entrenar/adapters`: what training and inference libraries call back, logged to a run. No adapter ever throws into what called it: a
// failure is said once, on the console, and the work goes on.

/** Makes callbacks that never throw: the first failure among them is said. */
function quiet() {
  let hasWarned = false;
  return (log) =>
    (...words) => {
      try {
        log(...words);
      } catch (error) {
        if (!hasWarned) warn(error);
        hasWarned = true;
      }
    };
}

function warn(error) {
  try {
    console.warn(`entrenar: something could not be logged, and the work goes on (said once): ${error?.message ?? error}`);
  } catch {
    // The host's console is the host's business.
  }
}

const isNumber = (value) => typeof value === 'number';

/** For `callbacks` of TensorFlow.js' `model.fit` and `fitDataset`. */
export function tfjs_callbacks(run, { batches = true } = {}) {
  const quietly = quiet();
  let step = 0;
  const epoch = quietly((epoch, logs) => {
    for (const [name, value] of Object.entries(logs ?? {})) {
      if (!isNumber(value)) continue;
      const key = name.startsWith('val_') ? `val/${name.slice('val_'.length)}` : `train/${name}`;
      run.log_metric_at(key, epoch, value);
    }
  });
  const batch = quietly((_, logs) => {
    const at = step++;
    for (const [name, value] of Object.entries(logs ?? {})) {
      // The batch's number and its size are no metrics.
      if (name !== 'batch' && name !== 'size' && isNumber(value)) run.log_metric_at(`batch/${name}`, at, value);
    }
  });
  return batches ? { onEpochEnd: epoch, onBatchEnd: batch } : { onEpochEnd: epoch };
}

/** For `progress_callback` of transformers.js: how much of each file is loaded, in percent. */
export function transformers_progress(run) {
  return quiet()(({ status, file, progress }) => {
    if (status === 'progress' && isNumber(progress)) run.log_metric(`load/${file}`, progress);
    if (status === 'done') run.log_metric(`load/${file}`, 100);
  });
}

/**
 * For `token_callback_function` of transformers.js' `TextStreamer`, or whatever is called with each token: `tokens/s` since the first, at
 * every token.
 */
export function token_rate(run, { key = 'tokens/s' } = {}) {
  let begun;
  let tokens = 0;
  return quiet()((given) => {
    const now = performance.now();
    const count = Array.isArray(given) || ArrayBuffer.isView(given) ? given.length : 1;
    if (begun === undefined) {
      begun = now;
      return;
    }
    tokens += count;
    if (now > begun) run.log_metric(key, (tokens / (now - begun)) * 1000);
  });
}

/** For `initProgressCallback` of WebLLM: how much of the model is loaded, in percent. */
export function web_llm_progress(run) {
  return quiet()(({ progress }) => {
    if (isNumber(progress)) run.log_metric('load/model', progress * 100);
  });
}

/** Logs `usage` of one of WebLLM's completions: its tokens, and how fast they came. */
export function log_web_llm_usage(run, usage) {
  quiet()(() => {
    const { prompt_tokens, completion_tokens, extra = {} } = usage;
    const values = {
      'tokens/prompt': prompt_tokens,
      'tokens/completion': completion_tokens,
      'prefill tokens/s': extra.prefill_tokens_per_s,
      'tokens/s': extra.decode_tokens_per_s,
      'first token ms': extra.time_to_first_token_s === undefined ? undefined : extra.time_to_first_token_s * 1000,
    };
    for (const [key, value] of Object.entries(values)) if (isNumber(value)) run.log_metric(key, value);
  })();
}

/** For `env.webgpu.profiling` of ONNX Runtime Web: the milliseconds of every kernel, by its type. */
export function onnx_profiling(run) {
  const ondata = quiet()(({ kernelType, startTime, endTime }) => {
    if (isNumber(startTime) && isNumber(endTime)) run.log_metric(`onnx/${kernelType} ms`, (endTime - startTime) / 1e6);
  });
  return { mode: 'default', ondata };
}

/** For any loop: call what it returns after each step, with the number of items in it. Logs `ms/step`, and `items/s` if there were items. */
export function step_timer(run, { prefix = '' } = {}) {
  let last = performance.now();
  return quiet()((items) => {
    const now = performance.now();
    const taken = now - last;
    last = now;
    run.log_metric(`${prefix}ms/step`, taken);
    if (isNumber(items) && taken > 0) run.log_metric(`${prefix}items/s`, (items / taken) * 1000);
  });
}
