import { expect, test } from 'vitest';
import { leaveExperiment, selectAlso, withoutIds } from './view-changes';
import { INITIAL_VIEW, type ViewState } from './view-state';

const view: ViewState = {
  ...INITIAL_VIEW,
  experiment_id: 'exp-1',
  selection: ['run-1', 'run-2'],
  run_id: 'run-2',
  range: [10, 20],
  columns: ['loss'],
  charts: new Map([['loss', { yLog: true }]]),
  xAxis: 'relative',
  smoothing: 0.6,
};

test('another experiment is looked at like the one before, but not at its runs, its zoom or its metrics', () => {
  const left = leaveExperiment(view);
  expect(left).toEqual({ ...INITIAL_VIEW, experiment_id: 'exp-1', xAxis: 'relative', smoothing: 0.6 });
  expect(left).not.toHaveProperty('range');
});

test('a run that begins joins the chosen ones once, and leaves the choice to the dashboard where it has it', () => {
  const joined = selectAlso(view, 'run-3');
  expect(joined.selection).toEqual(['run-1', 'run-2', 'run-3']);
  expect(selectAlso(joined, 'run-3')).toBe(joined);
  expect(selectAlso({ ...view, selection: [] }, 'run-3').selection).toEqual(['run-3']);
  expect(selectAlso(INITIAL_VIEW, 'run-3').selection).toBeUndefined();
});

test('what is gone is named no longer, and with the last chosen run the choice is the dashboard’s again', () => {
  const { run_id: _, ...closed } = view;
  expect(withoutIds(view, ['run-2'])).toEqual({ ...closed, selection: ['run-1'] });
  expect(withoutIds(view, ['run-7'])).toEqual(view);
  expect(withoutIds(view, ['run-1', 'run-2'])).not.toHaveProperty('selection');
  expect(withoutIds(view, ['exp-1', 'run-1', 'run-2'])).not.toHaveProperty('experiment_id');
});
