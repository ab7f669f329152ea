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

  /** Takes the whole series as read from storage, and appends only its tail when the rest is what we already have. */
  update(series: Series): void {
    const known = this.length;
    if (known > 0 && series.step.length >= known && this.#sameAt(series, 0) && this.#sameAt(series, known - 1)) {
      if (series.step.length > known) {
        this.append({
          step: series.step.subarray(known),
          value: series.value.subarray(known),
          timestamp: series.timestamp.subarray(known),
        });
      }
      return;
    }
    this.generation++;
    this.step = series.step;
    this.value = series.value;
    this.timestamp = series.timestamp;
    this.length = series.step.length;
    this.timeOrdered = true;
    this.#checkTime(0);
  }

  append(tail: Series): void {
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

  #sameAt(series: Series, index: number): boolean {
    return (
      series.step[index] === this.step[index] &&
      series.timestamp[index] === this.timestamp[index] &&
      Object.is(series.value[index], this.value[index])
    );
  }

  #checkTime(from: number): void {
    const timestamp = this.timestamp;
    for (let i = Math.max(1, from); this.timeOrdered && i < this.length; i++) {
      if (timestamp[i]! < timestamp[i - 1]!) this.timeOrdered = false;
    }
  }
}
