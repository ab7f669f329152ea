// What a person deletes: it is hidden at once, a notice offers to undo it, and a page that is reloaded meanwhile says that it is still there.

import { errorMessage } from '../errors';
import { experimentName } from '../model/names';
import { runName } from '../model/run-state';
import type { Storage } from '../tracker';
import type { DeletionIntent } from './intents';
import type { Notices } from './notices';
import { PendingDeletion } from './pending-deletion';
import { PromisedDeletion } from './promised-deletion';
import type { Notice, Snapshot } from './snapshot';

export class Deletions {
  readonly #notices: Notices;
  readonly #gone: (ids: readonly string[]) => void;
  readonly #pending: PendingDeletion;
  readonly #promised: PromisedDeletion;
  /** What the last deletion said. */
  #last: Notice | undefined;

  /** `changed`: something is hidden, or seen again; `gone` is called with ids that were deleted. */
  constructor(database: string | undefined, notices: Notices, changed: () => void, gone: (ids: readonly string[]) => void) {
    this.#notices = notices;
    this.#gone = gone;
    this.#pending = new PendingDeletion(changed);
    this.#promised = new PromisedDeletion(database);
  }

  /** Says what the page before this one was about to delete, if it was reloaded before it did. */
  begin(): void {
    const undone = this.#promised.take();
    if (undone) this.#notices.say(`The page was reloaded before it deleted ${undone}: nothing was deleted.`);
  }

  hides(id: string): boolean {
    return this.#pending.hides(id);
  }

  /** Resolved when everything that was deleted is gone. */
  async finish(): Promise<void> {
    await this.#pending.finish();
  }

  handle(storage: Storage, intent: DeletionIntent, snapshot: Snapshot): void {
    switch (intent.type) {
      case 'delete-runs': {
        const { run_ids } = intent;
        this.#delete(runsNamed(run_ids, snapshot), run_ids, async () => {
          for (const run_id of run_ids) await storage.delete_run(run_id);
        });
        break;
      }
      case 'delete-experiment': {
        const { experiment_id } = intent;
        this.#delete(experimentNamed(experiment_id, snapshot), [experiment_id], () => storage.delete_experiment(experiment_id));
        break;
      }
      case 'undo-delete':
        this.#notices.dismiss();
        this.#promised.remember(undefined);
        this.#pending.undo();
    }
  }

  #delete(what: string, ids: readonly string[], carryOut: () => Promise<void>): void {
    const notice = this.#notices.offerUndo(`Deleted ${what}.`);
    this.#last = notice;
    this.#promised.remember(what);
    this.#pending.begin(ids, async () => {
      this.#notices.withdraw(notice);
      // A later deletion has a promise of its own.
      if (this.#last === notice) this.#promised.remember(undefined);
      try {
        await carryOut();
        this.#gone(ids);
      } catch (error) {
        this.#notices.say(errorMessage(error));
      }
    });
  }
}

function runsNamed(run_ids: readonly string[], { runs }: Snapshot): string {
  if (run_ids.length !== 1) return `${run_ids.length} runs`;
  const run = runs.find((each) => each.run_id === run_ids[0]);
  return `“${run ? runName(run) : run_ids[0]}”`;
}

function experimentNamed(experiment_id: string, { experiments }: Snapshot): string {
  const experiment = experiments.find((each) => each.experiment_id === experiment_id);
  return `“${experiment ? experimentName(experiment) : experiment_id}”`;
}
