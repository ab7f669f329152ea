// The one place that knows the wasm package: starts it once, and opens storages and runs. Its types are the package's own.

import init, { type RunOptions, WasmRun, WasmStorage } from 'entrenar';

export type {
  Change,
  CsvColumns,
  CsvPreview,
  CsvRole,
  CurvePoint,
  CurveWindow,
  ExperimentRecord,
  MetricRecord,
  MlflowSync,
  RunLeft,
  RunOptions,
  RunRecord,
  RunStatus,
  StorageEstimate,
  WasmCurve as CurveHandle,
  WasmRun as TrackedRun,
  WasmStorage as Storage,
} from 'entrenar';

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

export async function openStorage(database?: string): Promise<WasmStorage> {
  await start();
  return WasmStorage.open(database ? { database } : {});
}

/** The runs of a report, which are in this page's memory. */
export async function openReport(database = 'report'): Promise<WasmStorage> {
  await start();
  return WasmStorage.open({ database, storage: 'memory' });
}

export async function newRun(experiment_name: string, options: RunOptions): Promise<WasmRun> {
  await start();
  return WasmRun.new(experiment_name, options);
}

export async function resumeRun(run_id: string, database?: string): Promise<WasmRun> {
  await start();
  return WasmRun.resume(run_id, database ? { database } : {});
}
