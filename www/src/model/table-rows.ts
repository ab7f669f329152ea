// The rows of a chart's table: every point of what is shown is in exactly one of them.

import type { Curve } from './curve';
import type { Bounds } from './scale';

export interface Row {
  /** The row's x; with `to`, it holds everything from it up to, not including, `to`. */
  from: number;
  to?: number;
}

/** One row per x where they fit, else equal parts of the range. With `whole`, parts begin at whole numbers, as steps do. */
export function tableRows(curves: readonly Curve[], { min, max }: Bounds, most: number, whole: boolean): Row[] {
  const xs = new Set<number>();
  let first = Infinity;
  let last = -Infinity;
  for (const curve of curves) {
    const from = curve.indexAt(min);
    const to = curve.indexAt(max, true);
    addPlaces(xs, curve, from, to, most);
    if (to > from) {
      first = Math.min(first, curve.x(from));
      last = Math.max(last, curve.x(to - 1));
    }
  }
  if (xs.size <= most) return [...xs].sort((a, b) => a - b).map((from) => ({ from }));
  const width = whole ? Math.ceil((last - first + 1) / most) : (last - first) / most;
  const rows: Row[] = [];
  for (let row = 0; row < most && first + row * width <= last; row++)
    rows.push({ from: first + row * width, to: first + (row + 1) * width });
  // The last one ends behind the last point, whatever was rounded.
  rows[rows.length - 1] = { from: rows.at(-1)!.from, to: Infinity };
  return rows;
}

/** The different x of points from one index up to another, until there are more than so many. */
function addPlaces(xs: Set<number>, curve: Curve, from: number, to: number, most: number): void {
  // A few more than fit are enough, but for many at one place.
  for (let first = from; first < to && xs.size <= most; first += most + 1) {
    for (const { x } of curve.pages(first, Math.min(to, first + most + 1))) for (const here of x) if (xs.size <= most) xs.add(here);
  }
}

/** The indices of a curve's points in a row that lie in the range. */
export function pointsIn(curve: Curve, row: Row, { max }: Bounds): { from: number; to: number } {
  const from = curve.indexAt(row.from);
  if (row.to === undefined) return { from, to: curve.indexAt(row.from, true) };
  return { from, to: row.to > max ? curve.indexAt(max, true) : curve.indexAt(row.to) };
}
