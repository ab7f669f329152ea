// What the axes of a chart must span: the visible curves' extent, padded, with outliers clipped on request.

import type { Curve } from './curve';

export interface Bounds {
  min: number;
  max: number;
}

export function xBounds(curves: readonly Curve[], log: boolean): Bounds | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const curve of curves) {
    if (curve.length === 0) continue;
    const first = log ? Math.min(curve.indexAt(0, true), curve.length - 1) : 0;
    min = Math.min(min, curve.x(first));
    max = Math.max(max, curve.x(curve.length - 1));
  }
  if (min > max || (log && max <= 0)) return undefined;
  if (min === max) return log ? { min: min / 2, max: max * 2 } : { min: min - 0.5, max: max + 0.5 };
  return { min, max };
}

const SAMPLES = 4096;

/** The y range of what lies in `x`: of the smoothed curves alone when outliers are clipped, else of every value. */
export function yBounds(curves: readonly Curve[], x: Bounds, smoothing: number, clip: boolean, log: boolean): Bounds | undefined {
  let min = Infinity;
  let max = -Infinity;
  const samples: number[] = [];
  for (const curve of curves) {
    const from = curve.indexAt(x.min);
    const to = curve.indexAt(x.max, true);
    if (to <= from) continue;
    const shown = smoothing > 0 && clip ? curve.smoothed(smoothing) : curve;
    if (clip) {
      const stride = Math.max(1, Math.floor((to - from) / SAMPLES));
      for (let i = from; i < to; i += stride) {
        const value = shown.values[i]!;
        if (Number.isFinite(value) && (!log || value > 0)) samples.push(value);
      }
      continue;
    }
    shown.extremes.query(from, to);
    const { least, greatest } = shown.extremes;
    if (least < 0) continue;
    min = Math.min(min, log ? leastPositive(shown.values, from, to, least) : shown.values[least]!);
    max = Math.max(max, shown.values[greatest]!);
  }
  if (clip && samples.length > 0) {
    const sorted = Float64Array.from(samples).sort();
    min = sorted[Math.floor((sorted.length - 1) * 0.02)]!;
    max = sorted[Math.ceil((sorted.length - 1) * 0.98)]!;
  }
  if (!(min <= max) || (log && max <= 0)) return undefined;
  return padded(min, max, log);
}

function leastPositive(values: Float64Array, from: number, to: number, least: number): number {
  if (values[least]! > 0) return values[least]!;
  let min = Infinity;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (value > 0 && value < min) min = value;
  }
  return min;
}

function padded(min: number, max: number, log: boolean): Bounds {
  if (log) {
    const ratio = min === max ? 2 : (max / min) ** 0.05;
    return { min: min / ratio, max: max * ratio };
  }
  const pad = min === max ? Math.abs(min) * 0.1 || 1 : (max - min) * 0.06;
  return { min: min - pad, max: max + pad };
}
