// What the comparison says, row by row: settings, tags, best and last values of the selected runs.

import type { SeriesSource } from '../controller/snapshot';
import { bestOf, direction } from '../model/best-value';
import { exactValue, formatValues } from '../model/format';
import { bestKeys, orderedKeys } from '../model/judged-metrics';
import { lastValue } from '../model/run-filter';
import { formatSetting, sameSetting, settingsOf } from '../model/settings';
import type { RunRecord } from '../tracker';

export interface Row {
  key: string;
  cells: readonly Cell[];
  /** Whether the runs differ in it, as data: not as it happens to be written. */
  differs: boolean;
  /** The column of the best value. */
  best?: number;
}

export interface Cell {
  text: string;
  /** The value in full, where the text is rounded. */
  exact?: string;
  /** The run has none, or it is being read: the text is a sign and no value. */
  isMissing?: true;
}

/** What the runs were set to, of any of them. */
export function settingRows(runs: readonly RunRecord[]): Row[] {
  const settings = runs.map((run) => new Map(settingsOf(run.config).map(({ key, value }) => [key, value])));
  return factRows(settings, formatSetting);
}

export function tagRows(runs: readonly RunRecord[]): Row[] {
  return factRows(
    runs.map((run) => new Map<string, unknown>(Object.entries(run.tags))),
    String,
  );
}

function factRows(facts: readonly ReadonlyMap<string, unknown>[], format: (value: unknown) => string): Row[] {
  const keys = new Set(facts.flatMap((each) => [...each.keys()]));
  return [...keys].map((key) => {
    const [first, ...others] = facts;
    const equal = (each: ReadonlyMap<string, unknown>) => each.has(key) === first!.has(key) && sameSetting(each.get(key), first!.get(key));
    return {
      key,
      cells: facts.map((each) => (each.has(key) ? { text: format(each.get(key)) } : { text: '–', isMissing: true })),
      differs: !others.every(equal),
    };
  });
}

export function lastRows(runs: readonly RunRecord[]): Row[] {
  return orderedKeys(runs).map((key) =>
    valueRow(
      key,
      runs.map((run) => lastValue(run, key)),
    ),
  );
}

/** The best value that each run ever reached, of the metrics whose names tell what is better. */
export function bestRows(runs: readonly RunRecord[], source: SeriesSource): Row[] {
  return bestKeys(runs).map((key) => {
    let reading = false;
    const values = runs.map((run) => {
      if (lastValue(run, key) === undefined) return undefined;
      const series = source.get(run.run_id, key);
      if (!series || series.revision === 0) reading = true;
      if (!series || series.revision === 0 || series.error) return undefined;
      const { min, max } = series.curve.summary();
      return direction(key) < 0 ? min : max;
    });
    const row = valueRow(key, values);
    if (!reading) return row;
    const cells = row.cells.map((cell, i) => (values[i] === undefined ? { text: '…', isMissing: true as const } : cell));
    return { key, cells, differs: row.differs };
  });
}

function valueRow(key: string, values: readonly (number | undefined)[]): Row {
  const best = bestOf(key, values);
  const texts = formatValues(values);
  return {
    key,
    cells: values.map((value, i) => ({ text: texts[i]!, ...(value === undefined ? { isMissing: true } : { exact: exactValue(value) }) })),
    differs: !values.every((value) => Object.is(value, values[0])),
    ...(best !== undefined && { best }),
  };
}
