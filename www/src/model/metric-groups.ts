// Metric keys grouped by their prefix: `train/loss` and `train/accuracy` belong to `train`.

import type { RunRecord } from '../tracker';

export interface MetricGroup {
  /** Empty for keys without a prefix, and for those that are alone with theirs. */
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
  const alone: string[] = [];
  const shared: MetricGroup[] = [];
  for (const [prefix, members] of groups) {
    if (prefix === '' || members.length === 1) alone.push(...members);
    else shared.push({ prefix, keys: members });
  }
  shared.sort((a, b) => importance(a.prefix) - importance(b.prefix) || a.prefix.localeCompare(b.prefix, undefined, { numeric: true }));
  if (alone.length > 0) shared.push({ prefix: '', keys: alone.sort((a, b) => a.localeCompare(b, undefined, { numeric: true })) });
  return shared;
}

/** What a training is judged by comes first. */
function importance(prefix: string): number {
  const first = ['train', 'val', 'valid', 'validation', 'eval', 'test'].indexOf(prefix.toLowerCase());
  return first < 0 ? 99 : first;
}
