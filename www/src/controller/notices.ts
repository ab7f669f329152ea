// What a person is told: one notice at a time, what keeps the storage from writing, and which runs this page may write no longer.

import type { LostRun, Notice, Problem, Snapshot } from './snapshot';

export class Notices {
  #notice: Notice | undefined;
  #degraded: Problem | undefined;
  #lost: readonly LostRun[] = [];

  get state(): Pick<Snapshot, 'notice' | 'degraded' | 'lost'> {
    return {
      lost: this.#lost,
      ...(this.#degraded && { degraded: this.#degraded }),
      ...(this.#notice && { notice: this.#notice }),
    };
  }

  say(text: string): void {
    this.#notice = { text, undo: false };
  }

  /** Says what can be undone. */
  offerUndo(text: string): Notice {
    this.#notice = { text, undo: true };
    return this.#notice;
  }

  /** Takes back this notice, if no later one has taken its place. */
  withdraw(notice: Notice): void {
    if (this.#notice === notice) this.#notice = undefined;
  }

  dismiss(): void {
    this.#notice = undefined;
  }

  /** `undefined`: what is pending is written again. */
  degrade(problem: Problem | undefined): void {
    this.#degraded = problem;
  }

  lose(lost: LostRun): void {
    this.dismissLost(lost.run_id);
    this.#lost = [...this.#lost, lost];
  }

  dismissLost(run_id: string): void {
    this.#lost = this.#lost.filter((each) => each.run_id !== run_id);
  }
}
