// How often what is shown is looked at again although no change was announced: times count on, and the tab of a running run may
// have gone without a word.

import { runState } from '../model/run-state';
import type { Snapshot } from './snapshot';

/** How often unfinished runs are looked at again. */
const UNFINISHED_MS = 5000;
/** How often times count on: of a run that goes on, and of what is only ever longer ago. */
const COUNT_MS = 1000;
const AGE_MS = 15_000;

export class Heartbeat {
  readonly #snapshot: () => Snapshot;
  readonly #beat: (unfinished: boolean) => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** When unfinished runs were last looked at. */
  #looked_ms = 0;

  /** `beat`: what is shown is to be made anew; `unfinished` runs are to be read for it. */
  constructor(snapshot: () => Snapshot, beat: (unfinished: boolean) => void) {
    this.#snapshot = snapshot;
    this.#beat = beat;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), COUNT_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (document.hidden) return;
    const now = Date.now();
    const { runs, now_ms } = this.#snapshot();
    const unfinished = now - this.#looked_ms >= UNFINISHED_MS && runs.some((run) => run.ended_ms === undefined);
    if (unfinished) this.#looked_ms = now;
    const interval = runs.some((run) => runState(run) === 'running') ? COUNT_MS : AGE_MS;
    if (unfinished || now - now_ms >= interval) this.#beat(unfinished);
  }
}
