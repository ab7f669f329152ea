// Whose points are looked through for more than their curve, which takes every point: not of all metrics at once.

import type { MetricRecord, RunRecord } from '../tracker';
import { direction } from './best-value';
import { inOrder, metricKeys } from './metric-groups';

const MOST = 12;

/** All metrics of these runs; what a training is judged by comes first. */
export function orderedKeys(runs: readonly RunRecord[]): string[] {
  return inOrder(metricKeys(runs));
}

/** Those whose names tell what is better: of them the best value that each run reached is looked for. */
export function bestKeys(runs: readonly RunRecord[]): string[] {
  return orderedKeys(runs)
    .filter((key) => direction(key) !== 0)
    .slice(0, MOST);
}

/** The metrics that a run's detail lists with their statistics: the first, or on request all. */
export function listedMetrics(run: RunRecord, allMetricsOf: string | undefined): readonly MetricRecord[] {
  return allMetricsOf === run.run_id ? run.metrics : run.metrics.slice(0, MOST);
}
