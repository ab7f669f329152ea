// Experiments and runs as last read. Records are read again only when a change names them.

import { errorMessage } from '../errors';
import type { Change, RunRecord, Storage } from '../tracker';
import type { ExperimentEntry } from './snapshot';

export class Catalog {
  readonly #storage: Storage;
  readonly #runs = new Map<string, RunRecord>();
  readonly #unreadable = new Map<string, string>();
  /** What the storage found damaged, by id: of a run whose record is, nothing else is known. */
  readonly #damaged = new Map<string, string>();
  #experiments: ExperimentEntry[] | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  experiments(): readonly ExperimentEntry[] {
    this.#experiments ??= this.#storage.list_experiments().map((experiment_id) => ({
      ...this.#storage.experiment(experiment_id),
      run_count: this.#storage.list_runs(experiment_id).length,
    }));
    return this.#experiments;
  }

  runs(experiment_id: string): RunRecord[] {
    const runs: RunRecord[] = [];
    for (const run_id of this.#storage.list_runs(experiment_id)) {
      const run = this.run(run_id);
      if (run) runs.push(run);
    }
    return runs;
  }

  run(run_id: string): RunRecord | undefined {
    const known = this.#runs.get(run_id);
    if (known || this.#unreadable.has(run_id)) return known;
    try {
      const run = this.#storage.run(run_id);
      this.#runs.set(run_id, run);
      return run;
    } catch (error) {
      this.#unreadable.set(run_id, errorMessage(error));
      return undefined;
    }
  }

  /** Runs and experiments of which nothing can be shown. Of which experiment a damaged run is cannot be said. */
  unreadable(experiment_id: string | undefined): { id: string; message: string }[] {
    const experiments = this.#storage.list_experiments();
    const ids = new Set(experiment_id === undefined ? [] : this.#storage.list_runs(experiment_id));
    const all = new Set(experiments.flatMap((each) => [each, ...this.#storage.list_runs(each)]));
    const unreadable = [...this.#unreadable].filter(([id]) => ids.has(id));
    const damaged = [...this.#damaged].filter(([id]) => !all.has(id));
    return [...unreadable, ...damaged].map(([id, message]) => ({ id, message }));
  }

  apply(change: Change): void {
    switch (change.kind) {
      case 'experiment':
      case 'experiment_deleted':
        this.#experiments = undefined;
        break;
      case 'run':
      case 'run_deleted':
        this.#experiments = undefined;
        this.#forget(change.run_id);
        break;
      case 'metrics':
        this.#forget(change.run_id);
        break;
      case 'damaged':
        this.#damaged.set(change.run_id ?? change.experiment_id ?? '', change.message);
        break;
    }
  }

  /** Whether a run is interrupted depends on other tabs, which may go without a word. */
  forgetUnfinished(): void {
    for (const run of this.#runs.values()) if (run.ended_ms === undefined) this.#runs.delete(run.run_id);
  }

  #forget(run_id: string): void {
    this.#runs.delete(run_id);
    this.#unreadable.delete(run_id);
  }
}
