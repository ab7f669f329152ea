// Last, least, greatest, mean and trend of one series.

import type { SeriesColumns } from './series-columns';

export type Trend = 'rising' | 'falling' | 'stable';

export interface MetricSummary {
  count: number;
  last: number;
  min: number;
  max: number;
  mean: number;
  trend: Trend;
}

/** How many of the latest points decide the trend. */
const TREND_POINTS = 200;
/** The change over those points, relative to their mean, up to which a series counts as stable. */
const STABLE = 0.05;

export function summarize(columns: SeriesColumns): MetricSummary {
  const { value, length } = columns;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let finite = 0;
  for (let i = 0; i < length; i++) {
    const here = value[i]!;
    if (here - here !== 0) continue;
    if (here < min) min = here;
    if (here > max) max = here;
    sum += here;
    finite++;
  }
  return {
    count: length,
    last: length > 0 ? value[length - 1]! : NaN,
    min: finite > 0 ? min : NaN,
    max: finite > 0 ? max : NaN,
    mean: finite > 0 ? sum / finite : NaN,
    trend: trendOf(value, Math.max(0, length - TREND_POINTS), length),
  };
}

/** The slope of the least-squares line, times the number of points, relative to their mean. */
export function trendOf(values: Float64Array, from: number, to: number): Trend {
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  for (let i = from; i < to; i++) {
    const y = values[i]!;
    if (y - y !== 0) continue;
    const x = i - from;
    n++;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
  }
  const spread = n * sumXX - sumX * sumX;
  if (n < 2 || spread === 0) return 'stable';
  const slope = (n * sumXY - sumX * sumY) / spread;
  const mean = Math.abs(sumY / n);
  const change = mean === 0 ? (slope === 0 ? 0 : Math.sign(slope)) : (slope * n) / mean;
  if (change > STABLE) return 'rising';
  return change < -STABLE ? 'falling' : 'stable';
}
