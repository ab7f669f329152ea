// One metric's points as growable columns. Knows nothing of where they come from or how they are drawn.

import type { Series } from '../tracker';

export type XAxis = 'step' | 'relative' | 'wall';

function grown(column: Float64Array, capacity: number): Float64Array {
  const next = new Float64Array(capacity);
  next.set(column);
  return next;
}

export class SeriesColumns {
  length = 0;
  step: Float64Array = new Float64Array(0);
  value: Float64Array = new Float64Array(0);
  timestamp: Float64Array = new Float64Array(0);
  /** Counts replacements: what was derived from an older generation is void; within one, points are only appended. */
  generation = 0;
  /** False once a point is older than the one before it, as when steps are logged out of order. */
  timeOrdered = true;

  /** Takes the whole series as read from storage. */
  replace(series: Series): void {
    this.generation++;
    this.step = series.step;
    this.value = series.value;
    this.timestamp = series.timestamp;
    this.length = series.step.length;
    this.timeOrdered = true;
    this.#checkTime(0);
  }

  /**
   * Takes the points from the place of our last one on, as storage has them now. False, and nothing taken, when another
   * point is in that place: then some came in before it. Twins there could hide that, so they are not trusted.
   */
  extend(tail: Series): boolean {
    const last = this.length - 1;
    if (last < 0 || tail.step.length === 0 || !same(this, last, tail, 0)) return false;
    if (last > 0 && same(this, last, this, last - 1)) return false;
    this.#append({ step: tail.step.subarray(1), value: tail.value.subarray(1), timestamp: tail.timestamp.subarray(1) });
    return true;
  }

  #append(tail: Series): void {
    const from = this.length;
    const length = from + tail.step.length;
    if (length > this.step.length) {
      const capacity = Math.max(length, Math.ceil(from * 1.5), 1024);
      this.step = grown(this.step.subarray(0, from), capacity);
      this.value = grown(this.value.subarray(0, from), capacity);
      this.timestamp = grown(this.timestamp.subarray(0, from), capacity);
    }
    this.step.set(tail.step, from);
    this.value.set(tail.value, from);
    this.timestamp.set(tail.timestamp, from);
    this.length = length;
    this.#checkTime(from);
  }

  #checkTime(from: number): void {
    const timestamp = this.timestamp;
    for (let i = Math.max(1, from); this.timeOrdered && i < this.length; i++) {
      if (timestamp[i]! < timestamp[i - 1]!) this.timeOrdered = false;
    }
  }
}

function same(a: Series, i: number, b: Series, j: number): boolean {
  return a.step[i] === b.step[j] && a.timestamp[i] === b.timestamp[j] && Object.is(a.value[i], b.value[j]);
}
