// What the comparison says, row by row: settings, tags, best and last values of the selected runs.

import { bestOf, direction } from '../model/best-value';
import { formatSetting, formatValue } from '../model/format';
import { groupMetrics, metricKeys } from '../model/metric-groups';
import { lastValue } from '../model/run-filter';
import type { RunRecord } from '../tracker';
import type { SeriesSource } from './metric-chart';

export interface Row {
  key: string;
  cells: readonly string[];
  /** The column of the best value. */
  best?: number;
}

export function factRows(runs: readonly RunRecord[], of: (run: RunRecord) => Record<string, unknown>): Row[] {
  const keys = new Set(runs.flatMap((run) => Object.keys(of(run))));
  return [...keys].map((key) => ({
    key,
    cells: runs.map((run) => (Object.hasOwn(of(run), key) ? formatSetting(of(run)[key]) : '–')),
  }));
}

/** What a training is judged by comes first. */
function keysOf(runs: readonly RunRecord[]): string[] {
  return groupMetrics(metricKeys(runs)).flatMap((group) => group.keys);
}

export function lastRows(runs: readonly RunRecord[]): Row[] {
  return keysOf(runs).map((key) =>
    valueRow(
      key,
      runs.map((run) => lastValue(run, key)),
    ),
  );
}

/** Finding them takes every point: of at most so many metrics they are looked for. */
const MOST = 12;

/** The best value that each run ever reached, of the metrics whose names tell what is better. */
export function bestRows(runs: readonly RunRecord[], source: SeriesSource): Row[] {
  return keysOf(runs)
    .filter((key) => direction(key) !== 0)
    .slice(0, MOST)
    .map((key) => {
      let reading = false;
      const values = runs.map((run) => {
        if (lastValue(run, key) === undefined) return undefined;
        const series = source(run.run_id, key);
        if (!series || series.revision === 0) reading = true;
        if (!series || series.revision === 0 || series.error) return undefined;
        const { min, max } = series.summary.read();
        return direction(key) < 0 ? min : max;
      });
      const row = valueRow(key, values);
      return reading ? { key, cells: values.map((value) => (value === undefined ? '…' : formatValue(value))) } : row;
    });
}

function valueRow(key: string, values: readonly (number | undefined)[]): Row {
  const best = bestOf(key, values);
  return {
    key,
    cells: values.map((value) => (value === undefined ? '–' : formatValue(value))),
    ...(best !== undefined && { best }),
  };
}
