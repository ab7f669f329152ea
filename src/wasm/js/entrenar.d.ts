/** Where a run stands. `Pending` → `Running` → one of the last three. */
export type RunStatus = 'Pending' | 'Running' | 'Success' | 'Failed' | 'Cancelled';

/** Which database to use. */
export interface StorageOptions {
  /** The database's name; `'entrenar'` unless given. */
  database?: string;
  /** `'memory'` keeps runs in this page only. */
  storage?: 'indexeddb' | 'memory';
}

/** What a new run may be given. */
export interface RunOptions extends StorageOptions {
  /**
   * Hyperparameters and the like: a plain object of plain objects, arrays, text, finite numbers, booleans and null. It comes back as it
   * was given; what JSON would drop or change (a `Map`, `NaN`, a function) is refused.
   */
  config?: object;
  /** A name for people. */
  run_name?: string;
  /** Labels to find it by. */
  tags?: Record<string, string> | ReadonlyMap<string, string>;
}

/** Numbers in a typed array, or in an ordinary one. */
export type Numbers =
  | Float64Array | Float32Array | Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array
  | readonly number[];

/** Bytes in memory of their own, of which a `Blob` can be made: the name for that is not the same in all versions of TypeScript. */
export type OwnBytes = ReturnType<typeof Uint8Array.of>;

/** Bytes: of any typed array, view or buffer, or an ordinary array of whole numbers from 0 to 255. */
export type Bytes = ArrayBufferView | ArrayBufferLike | readonly number[];

/** What `using` needs of an object, where the compiler knows `Symbol.dispose` and `Symbol.asyncDispose`. */
type Disposes<Name extends string, Returned> = SymbolConstructor extends { readonly [key in Name]: infer Key extends symbol }
  ? { [key in Key]: () => Returned }
  : {};
type ForUsing = Disposes<'dispose', void> & Disposes<'asyncDispose', Promise<void>>;

/** A metric's points as columns of one length, ordered by step; equal steps keep logging order. */
export interface Series {
  step: Float64Array;
  value: Float64Array;
  /** Milliseconds since the epoch. */
  timestamp: Float64Array;
}

/** What is known of an experiment. */
export interface ExperimentRecord {
  experiment_id: string;
  name: string;
  /** Milliseconds since the epoch. */
  created_ms: number;
  config?: object;
}

/** What is known of one metric without reading its points. */
export interface MetricRecord {
  key: string;
  /** Number of points. */
  count: number;
  /** The highest step. */
  last_step: number;
  /** The value at the highest step. */
  last_value: number;
}

/** What is known of a run, without its points. Times are milliseconds since the epoch. */
export interface RunRecord {
  run_id: string;
  experiment_id: string;
  run_name?: string;
  status: RunStatus;
  /** It has not ended, and the page that wrote it is gone: resume it or end it. */
  interrupted: boolean;
  /** When nothing ran: from the last that was heard of it to each resume, milliseconds since the epoch, in order. */
  interruptions: { from_ms: number; until_ms: number }[];
  created_ms: number;
  started_ms?: number;
  ended_ms?: number;
  /** When its page last committed something of it, by that page's wall clock. */
  heard_ms: number;
  config?: object;
  tags: Record<string, string>;
  span_id?: string;
  artifacts: Record<string, { hash: string; size: number }>;
  metrics: MetricRecord[];
  /** Points this page logged to it and has not committed yet. */
  unsaved_points: number;
}

/** Something in the database changed, in this tab or in another. */
export type Change =
  | { kind: 'experiment'; experiment_id: string }
  /** A run is new, or its status, name, tags or artifacts changed. */
  | { kind: 'run'; experiment_id: string; run_id: string }
  /** Metrics have new points. */
  | { kind: 'metrics'; experiment_id: string; run_id: string; keys: string[] }
  | { kind: 'run_deleted'; experiment_id: string; run_id: string }
  | { kind: 'experiment_deleted'; experiment_id: string }
  /** A run may no longer be written from this page: taken over or deleted. */
  | { kind: 'run_lost'; run_id: string; code: string; message: string }
  /** Writing fails: points are kept in memory and tried again. */
  | { kind: 'degraded'; code: string; message: string }
  | { kind: 'recovered' }
  /**
   * A stored record of a run or an experiment cannot be read: it was left in place, and everything else is usable. What was found
   * before `subscribe` is passed on soon after it.
   */
  | { kind: 'damaged'; run_id?: string; experiment_id?: string; message: string };

/** What the browser says of this site's storage. */
export interface StorageEstimate {
  /** Bytes used by the whole site. */
  usage: number;
  /** Bytes it may use. */
  quota: number;
  /** Whether the browser promised not to evict it. */
  persisted: boolean;
}

/**
 * What every call here throws or rejects with: an `Error` (for arguments a `TypeError` or `RangeError`) with a stable `code`:
 * `InvalidArgument`, `InvalidState`, `Freed` (a method of an object after `free()`), `NotInitialized` (before `await init()`), `ExperimentNotFound`, `RunNotFound`, `ArtifactNotFound`, `RunTakenOver`, `RunDeleted`,
 * `MemoryFull` (over 16 million points are unsaved: await `flush()` and log on), `NewerDatabase`, `Blocked`, `QuotaExceeded`, `ConnectionLost`, `ReloadNeeded` (the database process of the browser died: reload the page),
 * `Cleared` (the site's data was cleared: repeat the call), `NotLoaded` (of a run that this page lost: read it by `WasmStorage`), `Corrupt`, `Conflict`, `Backend`.
 */
export interface EntrenarError extends Error {
  code: string;
}

/** `using` ends the run as a success, unless it has ended, and frees the object; `await using` also waits until that is on disk. */
export interface WasmRun extends ForUsing {}
/** One training run. Logging is synchronous and goes to memory; a flush into IndexedDB follows within 100 ms. */
export class WasmRun {
  private constructor();
  free(): void;
  /** Begins a new, running run of the experiment of this name, which is created if there is none. */
  static new(experiment_name: string, options?: RunOptions): Promise<WasmRun>;
  /** Goes on with a run that was not ended, with everything logged to it so far. */
  static resume(run_id: string, options?: StorageOptions): Promise<WasmRun>;
  /**
   * Goes on with the run of this id, or begins a new one if that run has ended, was deleted, cannot be read or is not there, or if the
   * id is `null` or `undefined`. The name and the options are for a new run: one that is resumed keeps its own.
   */
  static resume_or_new(run_id: string | null | undefined, experiment_name: string, options?: RunOptions): Promise<WasmRun>;
  /** Stores a value at the next step of its metric: 1 + the highest logged, 0 for a new one. */
  log_metric(key: string, value: number): void;
  /** Stores a value at a step of the caller's. */
  log_metric_at(key: string, step: number, value: number): void;
  /**
   * Stores one value of each of several metrics, all at one step: the given one, or the highest of their next steps. Either all are
   * stored or none.
   */
  log_metrics(values: Record<string, number> | ReadonlyMap<string, number>, step?: number): void;
  /**
   * Stores one value of each of several metrics, all at one step: the given one, or the run's next one, which is 1 + the highest step of
   * whatever metric, 0 in a new run. So what is logged now and then lines up with what is logged at every step. Either all are stored or none.
   */
  log(values: Record<string, number> | ReadonlyMap<string, number>, step?: number): void;
  /** Stores many values of one metric at consecutive steps from `first_step`, or from its next step. */
  log_series(key: string, values: Numbers, first_step?: number): void;
  /** Stores bytes under a key and returns their SHA-256 in lower-case hex. */
  log_artifact(key: string, data: Bytes): string;
  /** The bytes stored under a key. */
  get_artifact(key: string): Promise<OwnBytes>;
  /** Sets a tag. */
  set_tag(key: string, value: string): void;
  /** Removes a tag, if there is one with this key. */
  remove_tag(key: string): void;
  /** Ties the run to a tracing span. */
  set_span_id(id: string): void;
  /** The tracing span the run is tied to. */
  get_span_id(): string | undefined;
  /** All metrics as JSON text: an object of arrays of `{step, value, timestamp}`. NaN and ±Infinity become null. */
  get_metrics_json(): string;
  /** A metric's points ordered by step, as columns; empty columns if it was never logged. */
  get_metrics(key: string): Series;
  /** Keys of the metrics logged so far, in the order of first logging. */
  list_metric_keys(): string[];
  /** Calls back after each stored point. Returns the function that ends it. */
  subscribe_metrics(callback: (key: string, value: number, step: number) => void): () => void;
  /** This run's id. */
  run_id(): string;
  /** The id of the experiment it belongs to. */
  experiment_id(): string;
  /** The step that the next `log_metric(key, …)` will use. */
  current_step(key: string): number;
  /** Where the run stands. */
  status(): RunStatus;
  /** Whether the run has ended. */
  is_finished(): boolean;
  /** Whether the run outlives the page: false in Node, or where IndexedDB cannot be opened. */
  is_persistent(): boolean;
  /** Points logged and not yet committed. */
  pending_points(): number;
  /** Resolves when everything logged before the call is committed; rejects with the cause if it cannot be now. */
  flush(): Promise<void>;
  /** Ends the run as `Success`, at once. The promise says when that is durable. */
  finish(): Promise<void>;
  /** Ends the run as `Failed`, at once. The promise says when that is durable. */
  fail(): Promise<void>;
  /** Ends the run as `Cancelled`, at once. The promise says when that is durable. */
  cancel(): Promise<void>;
}

/** `using` frees the object; `await using` closes it first. */
export interface WasmStorage extends ForUsing {}
/** The whole database: its experiments, runs and points, this tab's and every other's. */
export class WasmStorage {
  private constructor();
  free(): void;
  /** Opens the database. Reads experiments, runs and the heads of their series; points are read when asked for. */
  static open(options?: StorageOptions): Promise<WasmStorage>;
  /** Ids of all experiments, oldest first. */
  list_experiments(): string[];
  /** Ids of an experiment's runs, oldest first. */
  list_runs(experiment_id: string): string[];
  /** Keys of a run's metrics, in the order of first logging. */
  list_metric_keys(run_id: string): string[];
  /** What is known of an experiment. */
  experiment(experiment_id: string): ExperimentRecord;
  /** What is known of a run, without its points. */
  run(run_id: string): RunRecord;
  /** A metric's points ordered by step, as columns; empty columns if it was never logged. */
  get_metrics(run_id: string, key: string): Promise<Series>;
  /**
   * The points of a metric from index `first_index` on, counted in the order of steps: what a reader of the rest lacks. Points logged
   * at earlier steps meanwhile move the indexes; their number is in `run(run_id).metrics`.
   */
  get_metrics_from(run_id: string, key: string, first_index: number): Promise<Series>;
  /** At most `points` points of a metric, the ends and every spike among them. */
  get_metrics_downsampled(run_id: string, key: string, points: number): Promise<Series>;
  /** A metric of a run as it is drawn, with all points that are there now; an empty curve if it was never logged. */
  open_curve(run_id: string, key: string): Promise<WasmCurve>;
  /** The bytes a run stored under a key. */
  get_artifact(run_id: string, key: string): Promise<OwnBytes>;
  /**
   * Reads what other tabs and workers have committed: a run whose id a worker has posted is there once this has resolved. They tell this
   * tab by themselves what they commit, but their own messages may be quicker.
   */
  refresh(): Promise<void>;
  /** Gives a run a name. */
  rename_run(run_id: string, name: string): Promise<void>;
  /** Gives a run a tag, in place of one with the same key. Its code may go on logging to it, in whatever tab. */
  set_tag(run_id: string, key: string, value: string): Promise<void>;
  /** Removes a run's tag, if there is one with this key. Its code may go on logging to it, in whatever tab. */
  remove_tag(run_id: string, key: string): Promise<void>;
  /** Deletes a run with its points and artifacts. Code that still logs to it gets `RunDeleted`. */
  delete_run(run_id: string): Promise<void>;
  /** Deletes an experiment with all its runs. */
  delete_experiment(experiment_id: string): Promise<void>;
  /** What the browser says of this site's storage; zeros where it says nothing. */
  estimate(): Promise<StorageEstimate>;
  /** Asks the browser not to evict this site's data; resolves to whether it agreed. */
  request_persistence(): Promise<boolean>;
  /** Calls back on every change of the database, by this tab or another. Returns the function that ends it. */
  subscribe(callback: (change: Change) => void): () => void;
  /** Whether the database outlives the page: false in Node, or where IndexedDB cannot be opened. */
  is_persistent(): boolean;
  /** Commits what this page logged and, if nothing else in it uses the database, closes it. Closing twice is fine. */
  close(): Promise<void>;
}
