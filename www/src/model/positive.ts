// A column as a logarithmic axis shows it: what is not above zero has no place there and leaves a gap.

import { Extremes } from './extremes';

export class Positive {
  values: Float64Array = new Float64Array(0);
  readonly extremes = new Extremes();
  #length = 0;

  /** Takes in the values of a column that has only grown since the last call. */
  extend(column: Float64Array, length: number): void {
    if (this.values.length < length) {
      const next = new Float64Array(this.#length === 0 ? length : Math.max(length, Math.ceil(this.#length * 1.5)));
      next.set(this.values.subarray(0, this.#length));
      this.values = next;
    }
    for (let i = this.#length; i < length; i++) {
      const value = column[i]!;
      this.values[i] = value > 0 ? value : NaN;
    }
    this.#length = length;
    this.extremes.extend(this.values, length);
  }
}
