// Pictures of charts that are out of sight, for print and for pictures of the whole page, which show what was never scrolled to.
// Neither waits for points to be read: so the first charts of the page are drawn ahead, one at a time, while there is nothing else to do.

/** A picture takes as much memory as the chart's canvas; what has more points is read when it is scrolled to. */
const MOST_CHARTS = 60;
const MOST_POINTS = 5_000_000;
const FIRST_MS = 400;
/** While a training logs, pictures are made anew at most so often. */
const REST_MS = 4000;

/** A chart, in the order of the page. */
export interface Sitter {
  readonly pointCount: number;
  /** Draws its picture unless it has one of what there is to see. True if it did. */
  sit(): Promise<boolean>;
  dropStill(): void;
}

/** Those that have a picture; the one that was left longest ago comes first. */
const kept = new Set<Sitter>();

/** Gives back the oldest picture if there are too many. */
export function keepStill(chart: Sitter): void {
  kept.delete(chart);
  kept.add(chart);
  for (const oldest of kept) {
    if (kept.size <= MOST_CHARTS) return;
    forgetStill(oldest);
    oldest.dropStill();
  }
}

export function forgetStill(chart: Sitter): void {
  kept.delete(chart);
}

export class Stills {
  readonly #charts: () => Iterable<Sitter>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #making = false;
  #changed = false;
  #made_ms = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(charts: () => Iterable<Sitter>) {
    this.#charts = charts;
  }

  /** Something on the page has changed. */
  request(): void {
    this.#stopped = false;
    this.#changed = true;
    if (this.#timer !== undefined || this.#making) return;
    const wait = Math.max(FIRST_MS, this.#made_ms + REST_MS - performance.now());
    this.#timer = setTimeout(() => void this.#make(), wait);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #make(): Promise<void> {
    this.#timer = undefined;
    this.#making = true;
    this.#changed = false;
    let charts = 0;
    let points = 0;
    for (const chart of this.#charts()) {
      points += chart.pointCount;
      charts += 1;
      if (charts > MOST_CHARTS || points > MOST_POINTS) break;
      await idle();
      if (this.#stopped) break;
      if (await chart.sit()) this.#made_ms = performance.now();
    }
    this.#making = false;
    if (this.#changed && !this.#stopped) this.request();
  }
}

function idle(): Promise<unknown> {
  // Safari has no idle callbacks.
  return new Promise((resolve) => ('requestIdleCallback' in globalThis ? requestIdleCallback(resolve) : setTimeout(resolve, 50)));
}
