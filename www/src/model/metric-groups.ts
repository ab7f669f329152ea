// Metric keys grouped by their prefix: `train/loss` and `train/accuracy` belong to `train`.

import type { RunRecord } from '../tracker';

export interface MetricGroup {
  /** Empty for keys without a prefix, and for those that are alone with theirs. */
  prefix: string;
  keys: string[];
}

const byName = new Intl.Collator(undefined, { numeric: true }).compare;

/** The latest results: sorting a thousand keys takes longer than a frame, and they rarely change. */
const sorted: { unsorted: readonly string[]; keys: readonly string[] }[] = [];
const REMEMBERED = 4;

/** The keys of all metrics of these runs, in order. */
export function metricKeys(runs: readonly RunRecord[]): readonly string[] {
  const found = new Set<string>();
  for (const run of runs) for (const metric of run.metrics) found.add(metric.key);
  const unsorted = [...found];
  const known = sorted.find((each) => each.unsorted.length === unsorted.length && each.unsorted.every((key, i) => key === unsorted[i]));
  if (known) return known.keys;
  const keys = [...unsorted].sort(byName);
  sorted.unshift({ unsorted, keys });
  sorted.length = Math.min(sorted.length, REMEMBERED);
  return keys;
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
  if (alone.length > 0) shared.push({ prefix: '', keys: alone.sort(byName) });
  return shared.sort((a, b) => importance(a.prefix) - importance(b.prefix) || byName(a.prefix, b.prefix));
}

const FIRST = ['train', 'val', 'valid', 'validation', 'eval', 'test', ''];

/** What a training is judged by comes first, and what stands alone before groups of which nothing is known. */
function importance(prefix: string): number {
  const place = FIRST.indexOf(prefix.toLowerCase());
  return place < 0 ? FIRST.length : place;
}
