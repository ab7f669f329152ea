// Which runs the table shows, and in which order.

import type { RunRecord } from '../tracker';
import { RUN_STATES, type RunState, runDuration, runName, runStart, runState } from './run-state';

import { meansSetting, type Setting, settingsOf } from './settings';

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

/**
 * Every word must be found in the run's name, id, state, tags or settings; `key:value` looks in that tag or setting only.
 * What stands in quotes is one word.
 */
export function matchesRun(run: RunRecord, filter: RunFilter): boolean {
  if (filter.states.length > 0 && !filter.states.includes(runState(run))) return false;
  const words = filter.query.toLowerCase().match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
  if (words.length === 0) return true;
  const facts: Setting[] = [
    ...Object.entries(run.tags).map(([key, value]) => ({ key, value })),
    ...settingsOf(run.config),
    ...settingsOf(run.config, true),
  ];
  return words.every((word) => matchesWord(run, word.replaceAll('"', ''), facts));
}

function matchesWord(run: RunRecord, word: string, facts: readonly Setting[]): boolean {
  for (let colon = word.indexOf(':'); colon > 0; colon = word.indexOf(':', colon + 1)) {
    const key = word.slice(0, colon);
    const value = word.slice(colon + 1);
    const named = facts.filter((fact) => isNamed(fact.key.toLowerCase(), key));
    // Where there is such a tag or setting, its value alone decides; while none is typed yet, that there is one.
    if (named.length > 0) return value === '' || named.some((fact) => meansSetting(value, fact.value));
  }
  return (
    runName(run).toLowerCase().includes(word) ||
    run.run_id.toLowerCase().includes(word) ||
    runState(run).includes(word) ||
    facts.some(({ key, value }) => key.toLowerCase().includes(word) || meansSetting(word, value))
  );
}

/** By its whole name, or by the inner part of a nested one: `betas.0` is `optimizer.betas.0`. */
function isNamed(key: string, asked: string): boolean {
  return key === asked || key.endsWith(`.${asked}`);
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
