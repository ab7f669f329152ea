// What the axes of a chart must span: the extent of what is drawn, padded, with outliers clipped on request.

import type { Curve } from './curve';
import type { Points, Shown } from './reduce';
import { type Bounds, divisible, fractionOf, type Scale, valueAt } from './scale';

export interface Shape {
  smoothing: number;
  /** Outliers are left to run out of the picture. */
  clip: boolean;
  log: boolean;
}

/** The x range that shows everything; undefined where there is nothing to show. */
export function xBounds(curves: readonly Curve[], log: boolean): Bounds | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const curve of curves) {
    const first = log ? curve.indexAt(0, true) : 0;
    if (first >= curve.length) continue;
    min = Math.min(min, curve.x(first));
    max = Math.max(max, curve.x(curve.length - 1));
  }
  if (min > max) return undefined;
  if (min === max) return log ? { min: min / 2, max: max * 2 } : { min: min - 0.5, max: max + 0.5 };
  return { min, max };
}

const SAMPLES = 4096;
const QUANTILE = 0.02;

/** The y range of what is drawn in `x`, the lines that cross it included. */
export function yBounds(curves: readonly Curve[], x: Scale, { smoothing, clip, log }: Shape): Bounds | undefined {
  let min = Infinity;
  let max = -Infinity;
  const samples: number[] = [];
  const take = (value: number) => {
    if (value < min) min = value;
    if (value > max) max = value;
  };
  for (const curve of curves) {
    const from = curve.indexAt(x.min);
    const to = Math.max(from, curve.indexAt(x.max, true));
    // Outliers are those of the curve that stands out; unclipped, the values behind it are seen too.
    const shown = curve.shown(clip ? smoothing : 0, log);
    for (const value of crossings(curve, shown, x, log, from, to)) clip ? samples.push(value) : take(value);
    if (to === from) continue;
    if (clip) {
      const stride = Math.max(1, Math.floor((to - from) / SAMPLES));
      for (let i = from; i < to; i += stride) if (Number.isFinite(shown.values[i])) samples.push(shown.values[i]!);
      continue;
    }
    shown.extremes.query(from, to);
    const { least, greatest } = shown.extremes;
    if (least < 0) continue;
    take(shown.values[least]!);
    take(shown.values[greatest]!);
  }
  if (samples.length > 0) {
    const sorted = Float64Array.from(samples).sort();
    take(sorted[Math.floor((sorted.length - 1) * QUANTILE)]!);
    take(sorted[Math.ceil((sorted.length - 1) * (1 - QUANTILE))]!);
  }
  return min <= max ? divisible(padded(min, max, log), log) : undefined;
}

/** The heights at which lines cross the edges of the window: of points in [from, to) and their neighbours outside. */
function crossings(points: Points, { values }: Shown, x: Scale, log: boolean, from: number, to: number): number[] {
  const { xs, xOrigin, length } = points;
  const fraction = fractionOf(x);
  const height = (a: number, b: number, edge: number): number[] => {
    if (a < 0 || b >= length || !Number.isFinite(values[a]) || !Number.isFinite(values[b])) return [];
    const xa = fraction(xs[a]! - xOrigin);
    const xb = fraction(xs[b]! - xOrigin);
    if (!(xb > xa)) return [];
    return [valueAt({ min: values[a]!, max: values[b]!, log }, Math.max(0, Math.min(1, (edge - xa) / (xb - xa))))];
  };
  return [...height(from - 1, from, 0), ...(from === to ? height(from - 1, from, 1) : height(to - 1, to, 1))];
}

/** Room above and below, so that no curve lies on the frame. */
function padded(min: number, max: number, log: boolean): Bounds {
  if (log) {
    const ratio = min === max ? 2 : Math.exp((Math.log(max) - Math.log(min)) * 0.05);
    return { min: min / ratio, max: max * ratio };
  }
  const pad = min === max ? Math.abs(min) * 0.1 || 1 : max * 0.06 - min * 0.06;
  return { min: min - pad, max: max + pad };
}

/** What a logarithmic axis leaves out of these curves, in words; undefined when everything has a place. */
export function leftOut(curves: readonly Curve[], xLog: boolean, yLog: boolean): string | undefined {
  const nothingRight = (curve: Curve) => curve.length > 0 && !(curve.x(curve.length - 1) > 0);
  const nothingAbove = (curve: Curve) => {
    curve.extremes.query(0, curve.length);
    const { greatest } = curve.extremes;
    return greatest >= 0 && !(curve.values[greatest]! > 0);
  };
  if (xLog) {
    const count = curves.filter(nothingRight).length;
    if (count > 0) return `${howMany(count, curves.length)} no point beyond x = 0, where a logarithmic x axis begins.`;
  }
  if (yLog) {
    const count = curves.filter(nothingAbove).length;
    if (count > 0) return `${howMany(count, curves.length)} no value above zero, where a logarithmic y axis begins.`;
  }
  return undefined;
}

function howMany(count: number, of: number): string {
  if (of === 1) return 'The run has';
  return count === of ? 'The runs have' : count === 1 ? `One of ${of} runs has` : `${count} of ${of} runs have`;
}
