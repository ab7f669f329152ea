// What the axes of a chart must span: the extent of what is drawn, padded, with outliers clipped on request.

import type { Curve } from './curve';
import { type Bounds, divisible, type Scale } from './scale';

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
    const { length } = curve;
    const first = log ? curve.indexAt(0, true) : 0;
    if (first >= length) continue;
    min = Math.min(min, curve.x(first));
    max = Math.max(max, curve.x(length - 1));
  }
  if (min > max) return undefined;
  if (min === max) return log ? { min: min / 2, max: max * 2 } : { min: min - 0.5, max: max + 0.5 };
  return { min, max };
}

const QUANTILE = 0.02;

/** The y range of what is drawn in `x`, the lines that cross it included. */
export function yBounds(curves: readonly Curve[], x: Scale, { smoothing, clip, log }: Shape): Bounds | undefined {
  let min = Infinity;
  let max = -Infinity;
  const samples: number[] = [];
  for (const curve of curves) {
    // Outliers are those of the curve that stands out; unclipped, the values behind it are seen too.
    if (clip) {
      for (const value of curve.samples(x, smoothing, log)) samples.push(value);
      continue;
    }
    const extent = curve.extent(x, 0, log);
    if (!extent) continue;
    min = Math.min(min, extent.min);
    max = Math.max(max, extent.max);
  }
  if (samples.length > 0) {
    const sorted = Float64Array.from(samples).sort();
    min = sorted[Math.floor((sorted.length - 1) * QUANTILE)]!;
    max = sorted[Math.ceil((sorted.length - 1) * (1 - QUANTILE))]!;
  }
  return min <= max ? divisible(padded(min, max, log), log) : undefined;
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
    const extent = curve.extent(undefined, 0, false);
    return extent !== undefined && !(extent.max > 0);
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
