// Ticks of a logarithmic axis: powers of ten and round numbers between them; of less than a decade, round numbers.

import type { Bounds } from '../scale';
import { exactLabel } from './decimal';
import { linearTicks } from './linear';
import type { Tick } from './tick';

const MANTISSAS = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]];
const ENOUGH = 3;

export function logTicks(bounds: Bounds, most: number): Tick[] {
  const { min, max } = bounds;
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  const take = (mantissas: readonly number[], stride: number): number[] => {
    const values: number[] = [];
    for (let power = Math.ceil(first / stride) * stride; power <= last; power += stride) {
      for (const mantissa of mantissas) {
        const value = Number(`${mantissa}e${power}`);
        if (value >= min && value <= max) values.push(value);
      }
    }
    return values;
  };
  for (const mantissas of MANTISSAS) {
    const values = take(mantissas, 1);
    if (values.length < ENOUGH) break;
    if (values.length <= most) return values.map(tick);
  }
  if (last - first > 2) {
    for (let stride = 2; stride <= last - first; stride++) {
      const values = take([1], stride);
      if (values.length < 2) break;
      if (values.length <= most) return values.map(tick);
    }
  }
  return linearTicks(bounds, most);
}

function tick(value: number): Tick {
  return { value, label: exactLabel(value) };
}
