// Ticks at round numbers, at equal distances.

import type { Bounds } from '../scale';
import { exactLabel } from './decimal';
import { FEWEST, type Tick } from './tick';

/** The round number `count` × `mantissa` × 10^`power` as the double nearest to it. */
function roundNumber(count: number, mantissa: number, power: number): number {
  return Number(`${count * mantissa}e${power}`);
}

/** At most `most` ticks; `whole`: at whole numbers, as long as there are two of them. */
export function linearTicks(bounds: Bounds, most: number, whole = false): Tick[] {
  const values = whole ? (roundValues(bounds, most, 0) ?? roundValues(bounds, most)) : roundValues(bounds, most);
  return (values ?? [bounds.min, bounds.max]).map((value) => ({ value, label: exactLabel(value) }));
}

function roundValues({ min, max }: Bounds, most: number, leastPower = -330): number[] | undefined {
  // Divided first: the difference of two huge numbers may be more than a double holds.
  const rough = max / most - min / most;
  let power = Math.max(leastPower, Math.floor(Math.log10(rough)) - 1);
  // The coarsest steps that fit go first; if they leave fewer than two ticks, finer ones do.
  const fitting: number[][] = [];
  for (let tried = 0; tried < 12; tried++) {
    for (const mantissa of [1, 2, 5]) {
      const values = multiples(min, max, mantissa, power, most * 4);
      if (!values) continue;
      if (values.length <= most) return values.length >= FEWEST ? values : fitting.pop();
      if (values.length >= FEWEST) fitting.push(values);
    }
    power++;
  }
  return undefined;
}

/** All multiples in the range, or none where there are more than `limit`. */
function multiples(min: number, max: number, mantissa: number, power: number, limit: number): number[] | undefined {
  const step = roundNumber(1, mantissa, power);
  if (step === 0) return undefined;
  const first = Math.ceil(min / step) - 1;
  if (!Number.isSafeInteger(first * mantissa) || max / step - min / step > limit + 2) return undefined;
  const values: number[] = [];
  for (let count = first; values.length <= limit; count++) {
    const value = roundNumber(count, mantissa, power);
    if (value > max) return values;
    // Zero is not negative.
    if (value >= min) values.push(value + 0);
    if (!Number.isSafeInteger((count + 1) * mantissa)) return undefined;
  }
  return undefined;
}
