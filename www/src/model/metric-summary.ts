// Least, greatest, mean and trend of one series.

import type { SeriesColumns } from './series-columns';

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

/** Kept up as the series grows. */
export class Summary {
  readonly #columns: SeriesColumns;
  #generation = -1;
  #seen = 0;
  #finite = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(columns: SeriesColumns) {
    this.#columns = columns;
  }

  read(): MetricSummary {
    const { value, length, generation } = this.#columns;
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#seen = this.#finite = this.#sum = 0;
      this.#min = Infinity;
      this.#max = -Infinity;
    }
    for (; this.#seen < length; this.#seen++) {
      const here = value[this.#seen]!;
      if (here - here !== 0) continue;
      if (here < this.#min) this.#min = here;
      if (here > this.#max) this.#max = here;
      this.#sum += here;
      this.#finite++;
    }
    const some = this.#finite > 0;
    return {
      min: some ? this.#min : NaN,
      max: some ? this.#max : NaN,
      mean: some ? this.#sum / this.#finite : NaN,
      trend: trendOf(value, Math.max(0, length - TREND_POINTS), length),
    };
  }
}

/** The slope of the least-squares line, times the number of points, relative to their mean. */
function trendOf(values: Float64Array, from: number, to: number): Trend {
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
