// Metric keys grouped by their prefix: `train/loss` and `train/accuracy` belong to `train`.

import type { RunRecord } from '../tracker';

export interface MetricGroup {
  /** Empty for keys without a prefix. */
  prefix: string;
  keys: string[];
}

export function metricKeys(runs: readonly RunRecord[]): string[] {
  const keys = new Set<string>();
  for (const run of runs) for (const metric of run.metrics) keys.add(metric.key);
  return [...keys].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}

export function groupMetrics(keys: readonly string[]): MetricGroup[] {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const slash = key.indexOf('/');
    const prefix = slash > 0 ? key.slice(0, slash) : '';
    const group = groups.get(prefix);
    if (group) group.push(key);
    else groups.set(prefix, [key]);
  }
  return [...groups]
    .map(([prefix, members]) => ({ prefix, keys: members }))
    .sort((a, b) => Number(a.prefix === '') - Number(b.prefix === '') || a.prefix.localeCompare(b.prefix));
}
