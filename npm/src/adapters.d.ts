import type { WasmRun } from './entrenar.js';

/**
 * For `callbacks` of TensorFlow.js' `model.fit` and `fitDataset`: `train/…` and `val/…` by epoch, `batch/…` by batch.
 * It never ends a training: what cannot be logged is said once.
 */
export declare function tfjs_callbacks(
  run: WasmRun,
  options?: {
    /** Whether batches are logged as well; `true` unless given. */
    batches?: boolean;
  },
): {
  onEpochEnd: (epoch: number, logs?: Record<string, number>) => void;
  onBatchEnd?: (batch: number, logs?: Record<string, number>) => void;
};

/** For `progress_callback` of transformers.js: `load/<file>` in percent. */
export declare function transformers_progress(run: WasmRun): (progress: { status: string; file?: string; progress?: number }) => void;

/** For `token_callback_function` of transformers.js' `TextStreamer`: `tokens/s` since the first token, at every token. */
export declare function token_rate(
  run: WasmRun,
  options?: {
    /** The metric's key; `'tokens/s'` unless given. */
    key?: string;
  },
): (tokens?: unknown) => void;

/** For `initProgressCallback` of WebLLM: `load/model` in percent. */
export declare function web_llm_progress(run: WasmRun): (report: { progress: number }) => void;

/** Logs `usage` of one of WebLLM's completions: its tokens, and how fast they came. */
export declare function log_web_llm_usage(
  run: WasmRun,
  usage: {
    prompt_tokens?: number;
    completion_tokens?: number;
    extra?: { prefill_tokens_per_s?: number; decode_tokens_per_s?: number; time_to_first_token_s?: number };
  },
): void;

/** For `env.webgpu.profiling` of ONNX Runtime Web: `onnx/<kernel type> ms` of every kernel. */
export declare function onnx_profiling(run: WasmRun): {
  mode: 'default';
  ondata: (data: { kernelType: string; startTime: number; endTime: number }) => void;
};

/** For any loop: call what it returns after each step, with the number of items in it. Logs `ms/step`, and `items/s` if there were items. */
export declare function step_timer(
  run: WasmRun,
  options?: {
    /** Put before both keys. */
    prefix?: string;
  },
): (items?: number) => void;
