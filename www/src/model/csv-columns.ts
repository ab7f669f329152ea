// Which column of a CSV file a person says is what, and what that makes of the file.

import type { CsvColumns, CsvPreview, CsvRole } from '../tracker';

/** What one column of a file is at most, with what it means that none is. */
export const SINGLE_ROLES = {
  x: { name: 'Step', none: 'none: points are counted' },
  run: { name: 'Run', none: 'none: all are one run’s' },
  timestamp: { name: 'Time', none: 'none: that of the import' },
  experiment: { name: 'Experiment', none: 'none: “imported”' },
  key: { name: 'Metric’s key', none: 'none: a column each' },
  value: { name: 'Metric’s value', none: 'none: a column each' },
} as const;

export type SingleRole = keyof typeof SINGLE_ROLES;

/** What is said of a column that is read as this. */
export function roleName(role: CsvRole | undefined): string {
  if (role === undefined) return 'left out';
  if (role === 'metric') return 'Metric';
  if (role === 'run_name') return 'Run’s name';
  return SINGLE_ROLES[role].name;
}

/** The index of the column that is read as this; -1 if none is. */
export function columnOf({ columns }: CsvPreview, role: SingleRole): number {
  return columns.findIndex((column) => column.role === role);
}

/** The columns that can be named: of two that are called the same, the first. */
export function nameable({ columns }: CsvPreview, most: number): { index: number; name: string }[] {
  const seen = new Set<string>();
  const found: { index: number; name: string }[] = [];
  for (const [index, { name }] of columns.entries()) {
    if (found.length === most) break;
    if (seen.has(name)) continue;
    seen.add(name);
    found.push({ index, name });
  }
  return found;
}

/** What is chosen when the column at this index, or none, is given this role: what it was before, it is no longer. */
export function withRole(chosen: CsvColumns, preview: CsvPreview, role: SingleRole, index: number): CsvColumns {
  const column = preview.columns[index];
  const next = { ...chosen, [role]: column?.name ?? null };
  if (!column) return next;
  for (const other of Object.keys(SINGLE_ROLES) as SingleRole[]) {
    if (other !== role && column.role === other) next[other] = null;
  }
  if (next.metrics) next.metrics = next.metrics.filter((name) => name !== column.name);
  return next;
}

/** What is chosen when a column is a metric, or is left out. */
export function withMetric(chosen: CsvColumns, preview: CsvPreview, index: number, isMetric: boolean): CsvColumns {
  const metrics = preview.columns.filter((column, at) => (at === index ? isMetric : column.role === 'metric'));
  return { ...chosen, metrics: metrics.map(({ name }) => name) };
}

/** Whether a column is a metric or could be one: with a row for each point, none is. */
export function mayBeMetric(preview: CsvPreview, index: number): boolean {
  const role = preview.columns[index]?.role;
  return preview.shape !== 'long' && (role === 'metric' || role === undefined);
}

/** How the file would be read, in words. */
export function shapeText({ shape, columns }: CsvPreview): string {
  if (shape === 'long') return 'A row for each point.';
  const metrics = columns.filter(({ role }) => role === 'metric').length;
  if (shape === 'wide') return `A column for each metric: ${metrics === 1 ? 'one metric' : `${metrics} metrics`}.`;
  return 'It cannot be told which columns are what.';
}
