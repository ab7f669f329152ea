// Which of a curve's points a chart of a given width shows, and which pixel column each is in.

import type { Curve } from './curve';

export interface Trace {
  x: Float64Array;
  y: Float64Array;
  length: number;
}

export interface Window {
  from: number;
  to: number;
  /** Width in pixels. */
  columns: number;
  log: boolean;
}

/** Which of a curve's points are in the window, and in which pixel column each is. */
export interface Columns {
  first: number;
  last: number;
  /** Column `c` holds the points from `edges[c]` up to, not including, `edges[c + 1]`. Empty when every point is drawn. */
  edges: Int32Array;
  count: number;
}

export function emptyTrace(): Trace {
  return { x: new Float64Array(0), y: new Float64Array(0), length: 0 };
}

export function emptyColumns(): Columns {
  return { first: 0, last: 0, edges: new Int32Array(0), count: 0 };
}

/** Points per pixel column above which a curve is drawn as a band. */
const DENSE = 1;
/** Columns with this many points may gain or lose a block of the pyramid's lowest level: less than a tenth of a pixel. */
const COARSE = 256;
const BLOCK = 16;

/** Finds the points in the window, and one beyond each end. Fills `columns`, which is reused from frame to frame. */
export function divide(curve: Curve, window: Window, columns: Columns): void {
  const first = Math.max(0, curve.indexAt(window.from) - 1);
  const last = Math.min(curve.length, curve.indexAt(window.to, true) + 1);
  const width = Math.max(1, Math.ceil(window.columns));
  columns.first = first;
  columns.last = last;
  columns.count = 0;
  if (last - first <= width * DENSE) return;
  if (columns.edges.length <= width) columns.edges = new Int32Array(width + 1);
  const { edges } = columns;
  const coarse = last - first > width * COARSE;
  let edge = first + 1;
  edges[0] = edge;
  let stride = Math.round((last - first) / width);
  for (let column = 1; column < width; column++) {
    let next = indexNear(curve, windowX(window, column / width), edge, stride, last - 1);
    stride = next - edge;
    if (coarse) next = Math.max(edge, next - (next % BLOCK));
    edges[column] = edge = next;
  }
  edges[width] = last - 1;
  columns.count = width;
}

/** The points themselves, where there are few. */
export function traceCurve(curve: Curve, values: Float64Array, columns: Columns, trace: Trace): void {
  const { first, last } = columns;
  const { xs, xOrigin } = curve;
  reserve(trace, Math.max(0, last - first));
  trace.length = 0;
  for (let i = first; i < last; i++) push(trace, xs[i]! - xOrigin, values[i]!);
}

/** The x at a fraction of the window's width. */
export function windowX(window: Window, fraction: number): number {
  if (!window.log) return window.from + (window.to - window.from) * fraction;
  return window.from * (window.to / window.from) ** fraction;
}

/** The first index in [from, to] whose x is at or after the given one; found at once where points are evenly spaced. */
function indexNear(curve: Curve, x: number, from: number, stride: number, to: number): number {
  const { xs } = curve;
  const target = x + curve.xOrigin;
  let low = from;
  let high = to;
  const guess = Math.min(to, from + stride);
  if (guess > low && guess < high) {
    if (xs[guess]! < target) {
      low = guess + 1;
      if (low + 2 < high && xs[low + 2]! >= target) high = low + 2;
    } else {
      high = guess;
      if (high - 2 > low && xs[high - 2]! < target) low = high - 1;
    }
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (xs[middle]! < target) low = middle + 1;
    else high = middle;
  }
  return low;
}

function push(trace: Trace, x: number, y: number): void {
  trace.x[trace.length] = x;
  trace.y[trace.length] = y;
  trace.length++;
}

function reserve(trace: Trace, length: number): void {
  if (trace.x.length >= length) return;
  trace.x = new Float64Array(length);
  trace.y = new Float64Array(length);
}
