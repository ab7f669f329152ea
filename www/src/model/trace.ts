// Reduces a curve to what a chart of a given width can show: per pixel column its least and greatest value, in the
// order in which they happened. Every spike stays, at every zoom.

import type { Curve } from './curve';
import type { Extremes } from './extremes';

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

export function emptyTrace(): Trace {
  return { x: new Float64Array(0), y: new Float64Array(0), length: 0 };
}

/** Points per pixel column above which a curve is reduced. */
const DENSE = 4;

/** Fills `trace` (reused from frame to frame) with the part of the curve in the window, and a point beyond each end. */
export function traceCurve(curve: Curve, values: Float64Array, extremes: Extremes, window: Window, trace: Trace): void {
  const first = Math.max(0, curve.indexAt(window.from) - 1);
  const last = Math.min(curve.length, curve.indexAt(window.to, true) + 1);
  const columns = Math.max(1, Math.ceil(window.columns));
  const count = last - first;
  reserve(trace, Math.max(0, count <= columns * DENSE ? count : columns * 2 + 4));
  trace.length = 0;
  if (count <= 0) return;
  if (count <= columns * DENSE) {
    for (let i = first; i < last; i++) push(trace, curve.x(i), values[i]!);
    return;
  }
  push(trace, curve.x(first), values[first]!);
  let from = first + 1;
  for (let column = 1; column <= columns && from < last - 1; column++) {
    const to = column === columns ? last - 1 : Math.min(last - 1, curve.indexAt(edge(window, column / columns)));
    if (to <= from) continue;
    extremes.query(from, to);
    const { least, greatest } = extremes;
    if (least < 0) push(trace, curve.x(from), NaN);
    else if (least === greatest) push(trace, curve.x(least), values[least]!);
    else {
      const early = Math.min(least, greatest);
      const late = Math.max(least, greatest);
      push(trace, curve.x(early), values[early]!);
      push(trace, curve.x(late), values[late]!);
    }
    from = to;
  }
  push(trace, curve.x(last - 1), values[last - 1]!);
}

function edge(window: Window, fraction: number): number {
  if (!window.log) return window.from + (window.to - window.from) * fraction;
  return window.from * (window.to / window.from) ** fraction;
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
