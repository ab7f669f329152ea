// A run that comes from an MLflow server: loaded with the first one.

import { errorCode } from '../errors';
import { importProblem, type MlflowImportChoice } from '../model/mlflow-import';
import { serverOptions } from '../model/mlflow-server';
import { runName } from '../model/run-state';
import type { Storage } from '../tracker';
import type { FileWork, WorkOptions } from './file-work';

/** What came of it, as far as it went well. */
export async function importRun(storage: Storage, choice: MlflowImportChoice, options: WorkOptions): Promise<Partial<FileWork>> {
  try {
    // How many points the server has is not known before they are read.
    const on_progress = (done: number) => options.on_progress(done, undefined);
    const run_id = await storage.import_mlflow(choice.mlflow_run_id, { ...serverOptions(choice), ...options, on_progress });
    const run = storage.run(run_id);
    const points = run.metrics.reduce((sum, { count }) => sum + count, 0);
    const amount = `${points.toLocaleString('en')} ${points === 1 ? 'point' : 'points'}`;
    return { text: `Imported “${runName(run)}” from MLflow: ${amount}.`, run_ids: [run_id] };
  } catch (error) {
    throw Object.assign(new Error(importProblem(error), { cause: error }), { code: errorCode(error) });
  }
}
