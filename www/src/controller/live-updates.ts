// Gathers changes and hands them over together: at most five times a second, and not at all while the page is hidden;
// what came meanwhile is handed over when it is seen again. Not in step with frames: those of a covered window may be rare.

const INTERVAL_MS = 190;
/** The points that an update made us read may follow it sooner. */
const FOLLOW_UP_MS = 30;

export class LiveUpdates {
  readonly #deliver: () => void;
  #pending = false;
  #scheduled = false;
  #delivered_ms = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deliver: () => void) {
    this.#deliver = deliver;
    document.addEventListener('visibilitychange', this.#onVisibility);
  }

  request(followUp = false): void {
    this.#pending = true;
    if (document.hidden || (this.#scheduled && !followUp)) return;
    this.#scheduled = true;
    const interval = followUp ? FOLLOW_UP_MS : INTERVAL_MS;
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
  };

  readonly #onVisibility = () => {
    if (this.#pending && !document.hidden) {
      this.#scheduled = false;
      this.request();
    }
  };
}
