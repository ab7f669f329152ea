// Runs as CSV, one row a run: settings, tags and last values in full, named as MLflow names them.

import type { RunRecord } from '../tracker';
import { csvLine } from './csv';
import { metricKeys } from './metric-groups';
import { lastValue } from './run-filter';
import { runName, runStart, runState } from './run-state';
import { formatSetting, settingsOf } from './settings';

export function runsCsv(runs: readonly RunRecord[]): string {
  const settings = runs.map((run) => new Map(settingsOf(run.config).map(({ key, value }) => [key, formatSetting(value)])));
  const params = distinct(settings.flatMap((each) => [...each.keys()]));
  const tags = distinct(runs.flatMap((run) => Object.keys(run.tags)));
  const metrics = metricKeys(runs);
  const names = [
    'run_id',
    'run',
    'state',
    'start_time',
    'end_time',
    ...params.map((key) => `params.${key}`),
    ...tags.map((key) => `tags.${key}`),
    ...metrics.map((key) => `metrics.${key}`),
  ];
  const rows = runs.map((run, i) =>
    csvLine([
      run.run_id,
      runName(run),
      runState(run),
      timeText(runStart(run)),
      timeText(run.ended_ms),
      ...params.map((key) => settings[i]!.get(key) ?? ''),
      ...tags.map((key) => (Object.hasOwn(run.tags, key) ? run.tags[key]! : '')),
      ...metrics.map((key) => String(lastValue(run, key) ?? '')),
    ]),
  );
  return csvLine(names) + rows.join('');
}

const distinct = (keys: readonly string[]): string[] => [...new Set(keys)];

function timeText(time_ms: number | undefined): string {
  return time_ms === undefined || Number.isNaN(new Date(time_ms).valueOf()) ? '' : new Date(time_ms).toISOString();
}
