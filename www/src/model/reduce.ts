// M4: of all points in a pixel column the first, the least, the greatest and the last. Drawn as a polyline these few give,
// column by column, exactly the picture that all points give, whatever their distances (Jugel et al., VLDB 2014).
// A pure function over columns; it knows neither runs nor canvases.

import type { Extremes } from './extremes';
import { fractionOf, type Scale } from './scale';

/** Points in order of x; the x of point i is `xs[i] - xOrigin`. */
export interface Points {
  readonly xs: Float64Array;
  readonly xOrigin: number;
  readonly length: number;
}

/** What is drawn of a series: a value per point, and the extremes of any index range of them. */
export interface Shown {
  readonly values: Float64Array;
  readonly extremes: Extremes;
}

/** The non-empty pixel columns from left to right, each with the indices of its four points. */
export interface Reduced {
  length: number;
  column: Int32Array;
  first: Int32Array;
  /** Of the finite values; −1 where a column has none. */
  least: Int32Array;
  greatest: Int32Array;
  last: Int32Array;
  /** The points next to the window on either side, −1 where there are none: the curve leads to them. */
  before: number;
  after: number;
}

export function emptyReduced(): Reduced {
  const none = new Int32Array(0);
  return { length: 0, column: none, first: none, least: none, greatest: none, last: none, before: -1, after: -1 };
}

/** The first index whose x is at or after (`strictly`: after) the given one. */
export function indexAt({ xs, xOrigin, length }: Points, x: number, strictly = false): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const here = xs[middle]! - xOrigin;
    if (here < x || (strictly && here === x)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Reduces what lies in `x`, an axis that is `width` pixels long. Fills `out`, which is reused from frame to frame. */
export function reduce(points: Points, extremes: Extremes, x: Scale, width: number, out: Reduced): void {
  const from = indexAt(points, x.min);
  const to = Math.max(from, indexAt(points, x.max, true));
  const columnOf = columns(points, x, width);
  out.length = 0;
  out.before = from > 0 && (!x.log || points.xs[from - 1]! - points.xOrigin > 0) ? from - 1 : -1;
  out.after = to < points.length ? to : -1;
  reserve(out, Math.min(width, to - from));
  for (let first = from; first < to; ) {
    const column = columnOf(first);
    const end = endOf(columnOf, column, first, to);
    extremes.query(first, end);
    const k = out.length++;
    out.column[k] = column;
    out.first[k] = first;
    out.least[k] = extremes.least;
    out.greatest[k] = extremes.greatest;
    out.last[k] = end - 1;
    first = end;
  }
}

function columns({ xs, xOrigin }: Points, x: Scale, width: number): (index: number) => number {
  const fraction = fractionOf(x);
  return (index) => Math.max(0, Math.min(width - 1, Math.floor(fraction(xs[index]! - xOrigin) * width)));
}

/** Where the column that begins at `first` ends: searched in growing steps, because most columns hold few of all points. */
function endOf(columnOf: (index: number) => number, column: number, first: number, to: number): number {
  let low = first + 1;
  let high = low;
  for (let step = 1; high < to && columnOf(high) === column; step *= 2) {
    low = high + 1;
    high = Math.min(to, high + step);
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (columnOf(middle) === column) low = middle + 1;
    else high = middle;
  }
  return low;
}

function reserve(out: Reduced, length: number): void {
  if (out.column.length >= length) return;
  for (const part of ['column', 'first', 'least', 'greatest', 'last'] as const) out[part] = new Int32Array(length);
}
