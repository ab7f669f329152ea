// The comparison as CSV: one row a setting, tag or value, one column a run, values in full.

import { csvLine } from '../model/csv';
import { runName } from '../model/run-state';
import type { RunRecord } from '../tracker';
import type { Row } from './compare-rows';

export interface Section {
  title: string;
  rows: readonly Row[];
}

export function compareCsv(runs: readonly RunRecord[], sections: readonly Section[]): string {
  const head = csvLine(['', 'run_id', ...runs.map((run) => run.run_id)]) + csvLine(['', 'run', ...runs.map(runName)]);
  const rows = sections.flatMap(({ title, rows }) => rows.map((row) => csvLine([title, row.key, ...row.cells.map(cellText)])));
  return head + rows.join('');
}

/** Nothing where the run has none. */
function cellText({ text, exact, isMissing }: Row['cells'][number]): string {
  return isMissing ? '' : (exact ?? text);
}
