// What of the stored runs matters to the demo: its own whose session is gone, newest first, and whether there are any of others.

import { runStart } from '../model/run-state';
import type { RunRecord, Storage } from '../tracker';
import { DEMO_TAG, EXPERIMENT } from './training';

export function interruptedRuns(storage: Storage): RunRecord[] {
  return storage
    .list_experiments()
    .filter((experiment_id) => storage.experiment(experiment_id).name === EXPERIMENT)
    .flatMap((experiment_id) => storage.list_runs(experiment_id))
    .flatMap((run_id) => readable(storage, run_id) ?? [])
    .filter((run) => run.interrupted && run.tags.demo === DEMO_TAG)
    .sort((a, b) => runStart(b) - runStart(a));
}

export function hasOwnData(storage: Storage): boolean {
  return storage.list_experiments().some((experiment_id) => storage.experiment(experiment_id).name !== EXPERIMENT);
}

function readable(storage: Storage, run_id: string): RunRecord | undefined {
  try {
    return storage.run(run_id);
  } catch {
    return undefined;
  }
}
