// A series as it is drawn: points in order of the chosen x axis, their smoothed values, and the extremes of both.
// Everything here sees every point; reduction to what the screen can show happens in reduce.ts, per frame.

import { Extremes } from './extremes';
import { Positive } from './positive';
import { indexAt, type Points, type Shown } from './reduce';
import type { SeriesColumns, XAxis } from './series-columns';
import { Smoothed } from './smoothing';

/** So many values are looked at together for one that is not finite. */
const BLOCK = 256;
/** More times than this, going back in time means that points were logged out of order. */
const MOST_SET_BACK = 4;

export class Curve implements Points, Shown {
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
  #masked = new Positive();
  #maskedAverage = new Positive();
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
      if (this.length !== columns.length) this.#orderByTime();
    } else {
      this.xs = xAxis === 'step' ? columns.step : columns.timestamp;
      this.values = columns.value;
    }
    this.xOrigin = xAxis === 'relative' ? started_ms : 0;
    this.length = columns.length;
    this.extremes.extend(this.values, this.length);
    this.#findNonFinite();
  }

  /**
   * What is drawn: every value, or with a `weight` their debiased moving average. For a logarithmic axis, what is not above
   * zero is a gap; the average is still one over all values.
   */
  shown(weight: number, log: boolean): Shown {
    const plain = weight > 0 ? this.#average(weight) : this;
    if (!log) return plain;
    plain.extremes.query(0, this.length);
    if (plain.extremes.least < 0 || plain.values[plain.extremes.least]! > 0) return plain;
    const masked = weight > 0 ? this.#maskedAverage : this.#masked;
    masked.extend(plain.values, this.length);
    return masked;
  }

  #average(weight: number): Shown {
    if (this.#smoothed?.weight !== weight) {
      this.#smoothed = new Smoothed(weight);
      this.#smoothedExtremes = new Extremes();
      this.#maskedAverage = new Positive();
    }
    this.#smoothed.extend(this.values, this.length);
    this.#smoothedExtremes.extend(this.#smoothed.values, this.length);
    return { values: this.#smoothed.values, extremes: this.#smoothedExtremes };
  }

  x(index: number): number {
    return this.xs[index]! - this.xOrigin;
  }

  /** The first index whose x is at or after (`strictly`: after) the given one. */
  indexAt(x: number, strictly = false): number {
    return indexAt(this, x, strictly);
  }

  /** The point nearest to x, or -1 when there are none. */
  nearest(x: number): number {
    if (this.length === 0) return -1;
    const right = Math.min(this.indexAt(x), this.length - 1);
    if (right > 0 && x - this.x(right - 1) < this.x(right) - x) return right - 1;
    return right;
  }

  /** A block at a time: x − x is 0 for every finite x and NaN for all others, and so is their sum. */
  #findNonFinite(): void {
    const { values, length } = this;
    for (let from = this.#scanned; from < length; from += BLOCK) {
      const to = Math.min(length, from + BLOCK);
      let sum = 0;
      for (let i = from; i < to; i++) sum += values[i]! - values[i]!;
      for (let i = from; sum !== 0 && i < to; i++) if (!Number.isFinite(values[i])) this.nonFinite.push(i);
    }
    this.#scanned = length;
  }

  /** Times that go back were either logged out of order, or the clock was set back in between: that happens rarely in a run. */
  #orderByTime(): void {
    const { timestamp, value, length } = this.columns;
    let setBack = 0;
    for (let i = 1; i < length && setBack <= MOST_SET_BACK; i++) if (timestamp[i]! < timestamp[i - 1]!) setBack++;
    if (setBack <= MOST_SET_BACK) {
      this.xs = clockForward(timestamp, length);
      this.values = value;
      return;
    }
    const order = new Uint32Array(length).map((_, i) => i);
    order.sort((a, b) => timestamp[a]! - timestamp[b]! || a - b);
    this.xs = Float64Array.from(order, (i) => timestamp[i]!);
    this.values = Float64Array.from(order, (i) => value[i]!);
  }

  #forget(): void {
    this.extremes = new Extremes();
    this.#smoothed = undefined;
    this.#masked = new Positive();
    this.#maskedAverage = new Positive();
    this.nonFinite = [];
    this.#scanned = 0;
    this.length = 0;
  }
}

/** A clock that is set back goes on from where it was, so that later points stay to the right of earlier ones. */
function clockForward(timestamp: Float64Array, length: number): Float64Array {
  const times = new Float64Array(length);
  let behind = 0;
  for (let i = 0; i < length; i++) {
    const here = timestamp[i]!;
    if (i > 0 && here < timestamp[i - 1]!) behind += timestamp[i - 1]! - here;
    times[i] = here + behind;
  }
  return times;
}
