// A dense curve as a band: per pixel column everything between its least and its greatest value. Every spike stays, at
// every zoom, and a column touches the one before it, so that steep curves do not come apart.

import type { Curve } from './curve';
import type { Extremes } from './extremes';
import { type Columns, type Window, windowX } from './trace';

export interface Band {
  x: Float64Array;
  /** NaN where the band is broken. */
  low: Float64Array;
  high: Float64Array;
  length: number;
}

export function emptyBand(): Band {
  return { x: new Float64Array(0), low: new Float64Array(0), high: new Float64Array(0), length: 0 };
}

/** For `columns` with a count, of the given window. */
export function bandCurve(curve: Curve, values: Float64Array, extremes: Extremes, window: Window, columns: Columns, band: Band): void {
  const { first, last, edges, count } = columns;
  const { xs, xOrigin } = curve;
  reserve(band, count * 3 + 2);
  band.length = 0;
  const point = (index: number) => push(band, xs[index]! - xOrigin, values[index]!, values[index]!);
  point(first);
  let before = -1;
  for (let column = 0; column < count; column++) {
    const from = edges[column]!;
    const to = edges[column + 1]!;
    if (to <= from) continue;
    // Over columns without points a line leads from the last point to the next.
    if (before >= 0 && before < column - 1) {
      point(from - 1);
      point(from);
    }
    before = column;
    extremes.query(from, to);
    const { least, greatest } = extremes;
    const x = windowX(window, (column + 0.5) / count);
    if (least < 0) {
      push(band, x, NaN, NaN);
      continue;
    }
    const joint = values[from - 1]!;
    const touches = joint - joint === 0;
    const low = values[least]!;
    const high = values[greatest]!;
    push(band, x, touches && joint < low ? joint : low, touches && joint > high ? joint : high);
  }
  point(last - 1);
}

function push(band: Band, x: number, low: number, high: number): void {
  band.x[band.length] = x;
  band.low[band.length] = low;
  band.high[band.length] = high;
  band.length++;
}

function reserve(band: Band, length: number): void {
  if (band.x.length >= length) return;
  band.x = new Float64Array(length);
  band.low = new Float64Array(length);
  band.high = new Float64Array(length);
}
