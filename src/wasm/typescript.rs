//! The TypeScript definitions that the generator cannot derive.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = r#"
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
  /** Hyperparameters and the like: a plain object that JSON can hold. */
  config?: object;
  /** A name for people. */
  run_name?: string;
  /** Labels to find it by. */
  tags?: Record<string, string>;
}

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
  /** Not ended, and nobody is there to go on with it: resume or end it. */
  interrupted: boolean;
  created_ms: number;
  started_ms?: number;
  ended_ms?: number;
  /** When its tab was last heard from. */
  heartbeat_ms: number;
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
   * before `subscribe` is told soon after it.
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
 * `InvalidArgument`, `InvalidState`, `ExperimentNotFound`, `RunNotFound`, `ArtifactNotFound`, `RunTakenOver`, `RunDeleted`,
 * `MemoryFull` (over 16 million points are unsaved: await `flush()` and log on), `NewerDatabase`, `Blocked`, `QuotaExceeded`, `ConnectionLost`, `Corrupt`, `Backend`.
 */
export interface EntrenarError extends Error {
  code: string;
}
"#;
