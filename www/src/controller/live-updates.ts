// Gathers changes and hands them over together: at most five times a second, and not at all while the page is hidden;
// what came meanwhile is handed over when it is seen again. Not in step with frames: those of a covered window may be rare.
// Where an update takes long, because the page paints slowly or because a training needs the thread, there are fewer: most of
// the time stays with the training.

const INTERVAL_MS = 190;
/** The points that an update made us read may follow it sooner. */
const FOLLOW_UP_MS = 30;
/** After an update the thread has so many times as long for other work. */
const REST = 6;
const LONGEST_MS = 2000;

export class LiveUpdates {
  readonly #deliver: () => void;
  #pending = false;
  #scheduled = false;
  #delivered_ms = 0;
  /** How long an update took of late, until it was painted. */
  #took_ms = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deliver: () => void) {
    this.#deliver = deliver;
    document.addEventListener('visibilitychange', this.#onVisibility);
  }

  request(followUp = false): void {
    this.#pending = true;
    if (document.hidden || (this.#scheduled && !followUp)) return;
    this.#scheduled = true;
    const interval = followUp ? Math.max(FOLLOW_UP_MS, this.#took_ms) : Math.max(INTERVAL_MS, Math.min(LONGEST_MS, this.#took_ms * REST));
    const wait = Math.max(0, this.#delivered_ms + interval - performance.now());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#run, wait);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#pending = false;
    document.removeEventListener('visibilitychange', this.#onVisibility);
  }

  readonly #run = () => {
    this.#scheduled = false;
    if (!this.#pending || document.hidden) return;
    this.#pending = false;
    this.#delivered_ms = performance.now();
    this.#deliver();
    this.#measure(performance.now() - this.#delivered_ms);
  };

  /** What the update made the page draw is done by a task after the next frame, if other tasks leave it the thread. */
  #measure(delivering_ms: number): void {
    requestAnimationFrame((frame_ms) => {
      const begun = Math.max(frame_ms, this.#delivered_ms);
      setTimeout(() => {
        this.#took_ms = (this.#took_ms + delivering_ms + performance.now() - begun) / 2;
      });
    });
  }

  readonly #onVisibility = () => {
    if (this.#pending && !document.hidden) {
      this.#scheduled = false;
      this.request();
    }
  };
}
