// Which runs the table shows, and in which order.

import type { RunRecord } from '../tracker';
import { formatSetting } from './format';
import { RUN_STATES, type RunState, runDuration, runName, runStart, runState } from './run-state';

const byName = new Intl.Collator(undefined, { numeric: true }).compare;

export interface RunSort {
  /** `start`, `name`, `state`, `duration`, or `value:<metric key>`. */
  by: string;
  descending: boolean;
}

export interface RunFilter {
  query: string;
  states: readonly RunState[];
}

/** Every word must be found in the run's name, id, tags or config; `key:value` looks in that tag or setting only. */
export function matchesRun(run: RunRecord, filter: RunFilter): boolean {
  if (filter.states.length > 0 && !filter.states.includes(runState(run))) return false;
  const words = filter.query.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => matchesWord(run, word));
}

function matchesWord(run: RunRecord, word: string): boolean {
  const facts = [...Object.entries(run.tags), ...Object.entries(run.config ?? {})].map(
    ([key, value]) => [key.toLowerCase(), formatSetting(value).toLowerCase()] as const,
  );
  const colon = word.indexOf(':');
  if (colon > 0) {
    const key = word.slice(0, colon);
    const value = word.slice(colon + 1);
    if (facts.some(([k, v]) => k === key && v.includes(value))) return true;
  }
  return (
    runName(run).toLowerCase().includes(word) ||
    run.run_id.toLowerCase().includes(word) ||
    runState(run).includes(word) ||
    facts.some(([k, v]) => k.includes(word) || v.includes(word))
  );
}

export function lastValue(run: RunRecord, key: string): number | undefined {
  return run.metrics.find((metric) => metric.key === key)?.last_value;
}

export function sortRuns(runs: readonly RunRecord[], sort: RunSort, now_ms: number): RunRecord[] {
  const sign = sort.descending ? -1 : 1;
  const rank = (run: RunRecord): string | number | undefined => {
    if (sort.by === 'name') return runName(run);
    if (sort.by === 'state') return RUN_STATES.indexOf(runState(run));
    if (sort.by === 'duration') return runDuration(run, now_ms);
    if (sort.by.startsWith('value:')) return lastValue(run, sort.by.slice('value:'.length));
    return runStart(run);
  };
  return runs
    .map((run, index) => ({ run, index, rank: rank(run) }))
    .sort((a, b) => compare(a.rank, b.rank, sign) || sign * (a.index - b.index))
    .map(({ run }) => run);
}

/** Runs without a value (or with NaN) come last either way. */
function compare(a: string | number | undefined, b: string | number | undefined, sign: number): number {
  const missingA = a === undefined || Number.isNaN(a);
  const missingB = b === undefined || Number.isNaN(b);
  if (missingA || missingB) return Number(missingA) - Number(missingB);
  if (typeof a === 'string' && typeof b === 'string') return sign * byName(a, b);
  return sign * ((a as number) - (b as number));
}
