// The one place that knows the wasm package: starts it once, opens storages and runs, names its plain objects.

import init, { WasmRun, WasmStorage } from 'entrenar';

export type RunStatus = 'Pending' | 'Running' | 'Success' | 'Failed' | 'Cancelled';

export interface Series {
  step: Float64Array;
  value: Float64Array;
  /** Milliseconds since the epoch. */
  timestamp: Float64Array;
}

export interface MetricHeader {
  key: string;
  count: number;
  last_step: number;
  last_value: number;
}

export interface RunRecord {
  run_id: string;
  experiment_id: string;
  run_name?: string;
  status: RunStatus;
  /** Running by its record, but no tab holds it any more. */
  interrupted: boolean;
  created_ms: number;
  started_ms?: number;
  ended_ms?: number;
  /** When the run last gave a sign of life. */
  heard_ms: number;
  config?: Record<string, unknown>;
  tags: Record<string, string>;
  span_id?: string;
  artifacts: Record<string, { hash: string; size: number }>;
  metrics: MetricHeader[];
  unsaved_points: number;
}

export interface ExperimentRecord {
  experiment_id: string;
  name: string;
  created_ms: number;
  config?: Record<string, unknown>;
}

export type Change =
  | { kind: 'experiment' | 'experiment_deleted'; experiment_id: string }
  | { kind: 'run' | 'run_deleted'; experiment_id: string; run_id: string }
  | { kind: 'metrics'; experiment_id: string; run_id: string; keys: string[] }
  | { kind: 'run_lost'; run_id: string; code: string; message: string }
  | { kind: 'degraded'; code: string; message: string }
  | { kind: 'recovered' }
  | { kind: 'damaged'; run_id?: string; experiment_id?: string; message: string };

export interface StorageEstimate {
  usage: number;
  quota: number;
  persisted: boolean;
}

/** `WasmStorage` as the dashboard uses it. */
export interface Storage {
  list_experiments(): string[];
  list_runs(experiment_id: string): string[];
  experiment(experiment_id: string): ExperimentRecord;
  run(run_id: string): RunRecord;
  get_metrics(run_id: string, key: string): Promise<Series>;
  /** The points from place `first` on, in order of steps. */
  get_metrics_from(run_id: string, key: string, first: number): Promise<Series>;
  is_persistent(): boolean;
  get_artifact(run_id: string, key: string): Promise<Uint8Array>;
  subscribe(callback: (change: Change) => void): () => void;
  close(): Promise<void>;
  rename_run(run_id: string, name: string): Promise<void>;
  set_tag(run_id: string, key: string, value: string): Promise<void>;
  delete_run(run_id: string): Promise<void>;
  delete_experiment(experiment_id: string): Promise<void>;
  estimate(): Promise<StorageEstimate>;
  request_persistence(): Promise<boolean>;
}

export interface RunOptions {
  database?: string;
  config?: object;
  run_name?: string;
  tags?: Record<string, string>;
}

export type TrackedRun = WasmRun;

let started: Promise<unknown> | undefined;

/** Loads and starts the wasm module, once per page. A failed start is tried again by the next caller. */
async function start(): Promise<void> {
  started ??= init();
  try {
    await started;
  } catch (error) {
    started = undefined;
    throw error;
  }
}

export async function openStorage(database?: string): Promise<Storage> {
  await start();
  return (await WasmStorage.open(database ? { database } : {})) as unknown as Storage;
}

export async function newRun(experiment_name: string, options: RunOptions): Promise<TrackedRun> {
  await start();
  return WasmRun.new(experiment_name, options);
}

export async function resumeRun(run_id: string, database?: string): Promise<TrackedRun> {
  await start();
  return WasmRun.resume(run_id, database ? { database } : {});
}

/** The stable `code` of an error of the package, or its name. */
export function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    if ('name' in error && typeof error.name === 'string') return error.name;
  }
  return 'Error';
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
