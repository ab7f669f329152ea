// How values of an axis map onto its length. Every picture, tick, cursor and zoom uses this one mapping.

export interface Bounds {
  min: number;
  max: number;
}

export interface Scale extends Bounds {
  log: boolean;
}

/** The position of a value on the axis: 0 at the least, 1 at the greatest. NaN where a logarithmic axis has no place for it. */
export function fractionOf({ min, max, log }: Scale): (value: number) => number {
  if (log) {
    const origin = Math.log(min);
    const span = Math.log(max) - origin;
    return (value) => (value > 0 ? (Math.log(value) - origin) / span : NaN);
  }
  const span = max - min;
  if (span !== Infinity) return (value) => (value - min) / span;
  // The difference of two huge numbers may be more than a double holds; that of their halves never is.
  const half = max / 2 - min / 2;
  return (value) => (value / 2 - min / 2) / half;
}

/** The value at a position of the axis. */
export function valueAt({ min, max, log }: Scale, fraction: number): number {
  if (log) return Math.exp(Math.log(min) + (Math.log(max) - Math.log(min)) * fraction);
  return min * (1 - fraction) + max * fraction;
}

/** An axis spans at least this share of its greatest value: less could not be divided into labelled ticks. */
const LEAST_SHARE = 1e-12;
const LEAST_SPAN = 1e-300;

/** The bounds as they are, or moved apart as far as doubles need it to have several different values in between. */
export function divisible({ min, max }: Bounds, log: boolean, leastSpan = LEAST_SPAN): Bounds {
  let low = Math.max(min, -Number.MAX_VALUE);
  let high = Math.min(max, Number.MAX_VALUE);
  if (log) low = Math.max(low, LEAST_SPAN);
  const least = Math.max(leastSpan, Math.max(Math.abs(low), Math.abs(high)) * LEAST_SHARE);
  if (high - low >= least) return { min: low, max: high };
  const middle = low / 2 + high / 2;
  low = Math.max(-Number.MAX_VALUE, middle - least / 2);
  high = Math.min(Number.MAX_VALUE, middle + least / 2);
  if (log && low <= 0) low = high / 10;
  return { min: low, max: high };
}
