// What keeps a series from being seen as it was logged.

import type { KnownSeries } from '../controller/snapshot';
import { formatValue } from '../model/format';
import type { RunRecord } from '../tracker';

/** How many points the run's record knows of that could not be read: what held them is damaged. */
export function lostPoints(run: RunRecord, key: string, series: KnownSeries | undefined): number {
  // Of a run that still goes on, the record may know of points that are yet to be read.
  const over = run.ended_ms !== undefined || run.interrupted;
  if (!over || !series || series.reading || series.stale || series.error) return 0;
  const count = run.metrics.find((metric) => metric.key === key)?.count ?? 0;
  return Math.max(0, count - series.curve.length);
}

export function lossText(lost: number): string {
  return `${formatValue(lost)} ${lost === 1 ? 'point' : 'points'} cannot be read: damaged in the database. The rest is shown.`;
}
