// Runs on their way to MLflow: what is known of each, and the syncs that this page has begun. They go on when their dialog is closed.

import { errorCode } from '../errors';
import { type MlflowChoice, syncOptions } from '../model/mlflow-choice';
import type { MlflowWork } from '../model/mlflow-progress';
import { serverProblem } from '../model/mlflow-server';
import type { MlflowSync, Storage } from '../tracker';

/** How often it is shown how far it is. */
const SHOWN_EVERY_MS = 100;

/** A run's way to MLflow. */
export interface MlflowRun {
  /** What is stored of it; undefined until it was read. */
  syncs?: readonly MlflowSync[];
  work?: MlflowWork;
}

/** By run. */
export type MlflowView = ReadonlyMap<string, MlflowRun>;

export class MlflowSender {
  #view: MlflowView = new Map();
  #shown_ms = 0;
  readonly #stops = new Map<string, AbortController>();
  readonly #show: () => void;

  constructor(show: () => void) {
    this.#show = show;
  }

  get view(): MlflowView {
    return this.#view;
  }

  /** Reads what is stored of the run's way. */
  async look(storage: Storage, run_id: string): Promise<void> {
    const syncs = await storage.mlflow_syncs(run_id);
    this.#change(run_id, { syncs });
  }

  async send(storage: Storage, run_id: string, choice: MlflowChoice): Promise<void> {
    if (this.#stops.has(run_id)) return;
    const stop = new AbortController();
    this.#stops.set(run_id, stop);
    let work: MlflowWork = { done: 0, total: 0, live: choice.live, losses: [] };
    const note = (change: Partial<MlflowWork>, at_once = true): void => {
      work = { ...work, ...change };
      this.#change(run_id, { work }, at_once);
    };
    note({});
    try {
      const { points } = await storage.sync_mlflow(run_id, {
        ...syncOptions(choice),
        signal: stop.signal,
        on_progress: (done, total) => note({ done, total }, false),
        on_loss: (what) => note({ losses: [...work.losses, what] }),
      });
      note({ outcome: 'done', text: `Sent: ${points.toLocaleString('en')} points are in MLflow.` });
    } catch (error) {
      const stopped = errorCode(error) === 'Aborted';
      note({
        outcome: stopped ? 'stopped' : 'failed',
        text: stopped ? 'Stopped. What was sent stays there, and is not sent again.' : serverProblem(error),
      });
    } finally {
      this.#stops.delete(run_id);
    }
    // The run may be deleted by now, or the storage closed.
    await this.look(storage, run_id).catch(() => undefined);
  }

  stop(run_id: string): void {
    this.#stops.get(run_id)?.abort();
  }

  stopAll(): void {
    for (const stop of this.#stops.values()) stop.abort();
  }

  #change(run_id: string, change: MlflowRun, at_once = true): void {
    this.#view = new Map(this.#view).set(run_id, { ...this.#view.get(run_id), ...change });
    const now = performance.now();
    if (!at_once && now - this.#shown_ms < SHOWN_EVERY_MS) return;
    this.#shown_ms = now;
    this.#show();
  }
}
