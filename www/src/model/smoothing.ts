// Debiased exponential moving average over every point of a column, extended as the column grows.

export class Smoothed {
  readonly weight: number;
  values = new Float64Array(0);
  length = 0;
  #accumulated = 0;
  #mass = 0;

  /** `weight` in [0, 1): how much of the past each point keeps. */
  constructor(weight: number) {
    this.weight = weight;
  }

  extend(column: Float64Array, length: number): void {
    if (this.values.length < length) {
      const next = new Float64Array(this.length === 0 ? length : Math.max(length, Math.ceil(this.length * 1.5)));
      next.set(this.values.subarray(0, this.length));
      this.values = next;
    }
    const { weight, values } = this;
    let accumulated = this.#accumulated;
    let mass = this.#mass;
    for (let i = this.length; i < length; i++) {
      const value = column[i]!;
      // What is not finite has no average: it is passed through, and the average goes on behind it.
      if (value - value !== 0) {
        values[i] = value;
        continue;
      }
      accumulated = accumulated * weight + value * (1 - weight);
      mass = mass * weight + (1 - weight);
      values[i] = accumulated / mass;
    }
    this.#accumulated = accumulated;
    this.#mass = mass;
    this.length = length;
  }
}
