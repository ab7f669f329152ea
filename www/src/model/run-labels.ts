// What tells runs apart is what shows: what their names have in common at either end is folded away.

import type { RunRecord } from '../tracker';
import { runName } from './run-state';

export interface RunLabel {
  /** What is shown: without what all names have in common. */
  short: string;
  whole: string;
}

/** Less than this is not worth a fold. */
const WORTH_IT = 8;
const FOLD = '…';

/** A short label for each name. The same names give the same labels. */
export function foldNames(names: readonly string[]): string[] {
  const different = [...new Set(names)];
  if (different.length < 2) return [...names];
  const prefix = commonEnd(different, (name, i) => name[i]);
  const rest = different.map((name) => name.slice(prefix));
  const suffix = commonEnd(rest, (name, i) => name.at(-1 - i));
  return names.map((name) => {
    const start = prefix >= WORTH_IT ? prefix : 0;
    const end = suffix >= WORTH_IT ? name.length - suffix : name.length;
    return `${start > 0 ? FOLD : ''}${name.slice(start, end)}${end < name.length ? FOLD : ''}`;
  });
}

/** How many characters all names share, up to the last place between two words, and never a whole name. */
function commonEnd(names: readonly string[], at: (name: string, i: number) => string | undefined): number {
  const [first = ''] = names;
  const shortest = Math.min(...names.map((name) => name.length));
  let between = 0;
  for (let i = 0; i < shortest - 1; i++) {
    const character = at(first, i)!;
    if (!names.every((name) => at(name, i) === character)) break;
    if (/[\s\-_/,:;=+|]/.test(character)) between = i + 1;
  }
  return between;
}

/** The label of each run beside these others; with `ids`, runs of one name are told apart by theirs. */
export function labelRuns(runs: readonly RunRecord[], ids = true): ReadonlyMap<string, RunLabel> {
  const names = runs.map(runName);
  const seen = new Set<string>();
  const ambiguous = new Set(names.filter((name) => seen.size === seen.add(name).size));
  const short = foldNames(names);
  return new Map(
    runs.map((run, i) => {
      const id = ids && ambiguous.has(names[i]!) ? ` (${run.run_id})` : '';
      return [run.run_id, { short: short[i]! + id, whole: names[i]! + id }];
    }),
  );
}
