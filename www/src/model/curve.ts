// A series as it is drawn: points in order of the chosen x axis, their smoothed values, and the extremes of both.
// Everything here sees every point; reduction to what the screen can show happens in trace.ts, per frame.

import { Extremes } from './extremes';
import type { SeriesColumns, XAxis } from './series-columns';
import { Smoothed } from './smoothing';

const STRETCH = 256;

export class Curve {
  readonly columns: SeriesColumns;
  /** x of point i is `xs[i] - xOrigin`. */
  xs: Float64Array = new Float64Array(0);
  xOrigin = 0;
  values: Float64Array = new Float64Array(0);
  length = 0;
  extremes = new Extremes();
  /** Indices of NaN and the infinities. */
  nonFinite: number[] = [];
  #smoothed: Smoothed | undefined;
  #smoothedExtremes = new Extremes();
  #generation = -1;
  #sortedByTime = false;
  #scanned = 0;

  constructor(columns: SeriesColumns) {
    this.columns = columns;
  }

  /** Brings the curve up to its columns, for an axis; `started_ms` is the zero of relative time. */
  refresh(xAxis: XAxis, started_ms: number): void {
    const { columns } = this;
    const byTime = xAxis !== 'step' && !columns.timeOrdered;
    if (columns.generation !== this.#generation || byTime !== this.#sortedByTime || (byTime && this.length !== columns.length)) {
      this.#forget();
      this.#generation = columns.generation;
      this.#sortedByTime = byTime;
    }
    if (byTime) {
      if (this.length !== columns.length) this.#sortByTime();
    } else {
      this.xs = xAxis === 'step' ? columns.step : columns.timestamp;
      this.values = columns.value;
    }
    this.xOrigin = xAxis === 'relative' ? started_ms : 0;
    this.length = columns.length;
    this.extremes.extend(this.values, this.length);
    this.#findNonFinite();
  }

  /** The debiased moving average of all points, with its own extremes. */
  smoothed(weight: number): { values: Float64Array; extremes: Extremes } {
    if (this.#smoothed?.weight !== weight) {
      this.#smoothed = new Smoothed(weight);
      this.#smoothedExtremes = new Extremes();
    }
    this.#smoothed.extend(this.values, this.length);
    this.#smoothedExtremes.extend(this.#smoothed.values, this.length);
    return { values: this.#smoothed.values, extremes: this.#smoothedExtremes };
  }

  x(index: number): number {
    return this.xs[index]! - this.xOrigin;
  }

  /** The first index whose x is at or after (`after`: strictly after) the given one. */
  indexAt(x: number, after = false): number {
    const target = x + this.xOrigin;
    const { xs } = this;
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const here = xs[middle]!;
      if (here < target || (after && here === target)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The point nearest to x, or -1 when there are none. */
  nearest(x: number): number {
    if (this.length === 0) return -1;
    const right = Math.min(this.indexAt(x), this.length - 1);
    if (right > 0 && x - this.x(right - 1) < this.x(right) - x) return right - 1;
    return right;
  }

  /** A stretch at a time: x − x is 0 for every finite x and NaN for all others, and so is their sum. */
  #findNonFinite(): void {
    const { values, length } = this;
    for (let from = this.#scanned; from < length; from += STRETCH) {
      const to = Math.min(length, from + STRETCH);
      let sum = 0;
      for (let i = from; i < to; i++) sum += values[i]! - values[i]!;
      for (let i = from; sum !== 0 && i < to; i++) if (!Number.isFinite(values[i])) this.nonFinite.push(i);
    }
    this.#scanned = length;
  }

  #sortByTime(): void {
    const { columns } = this;
    const order = new Uint32Array(columns.length).map((_, i) => i);
    order.sort((a, b) => columns.timestamp[a]! - columns.timestamp[b]! || a - b);
    this.xs = Float64Array.from(order, (i) => columns.timestamp[i]!);
    this.values = Float64Array.from(order, (i) => columns.value[i]!);
  }

  #forget(): void {
    this.extremes = new Extremes();
    this.#smoothed = undefined;
    this.nonFinite = [];
    this.#scanned = 0;
    this.length = 0;
  }
}
