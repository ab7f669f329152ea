// Least, greatest, mean and trend of one series.

import type { Curve } from './curve';

export type Trend = 'rising' | 'falling' | 'stable';

export interface MetricSummary {
  min: number;
  max: number;
  mean: number;
  trend: Trend;
}

/** How many of the latest points decide the trend. */
const TREND_POINTS = 200;
/** The change over those points, relative to their mean, up to which a series counts as stable. */
const STABLE = 0.05;

export function summaryOf(curve: Curve): MetricSummary {
  const { min, max, mean } = curve.summary();
  return { min, max, mean, trend: trendOf(curve.latest(TREND_POINTS)) };
}

/** The slope of the least-squares line, times the number of points, relative to their mean. */
function trendOf(values: Float64Array): Trend {
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  for (const [x, y] of values.entries()) {
    if (y - y !== 0) continue;
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
