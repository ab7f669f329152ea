import { expect, test } from 'vitest';
import { INITIAL_LAYOUT, readLayout } from './layout';
import { recallView, saysMoreThanExperiment, writeRememberedView } from './remembered-view';
import { INITIAL_VIEW } from './view-state';

test.each([null, 7, [], { split: 'x', chartHeight: 'huge', chartColumns: 7, folded: 'a' }, { split: 1e9, chartColumns: -1 }])(
  'a remembered layout of %j makes no sense and is the initial one',
  (remembered) => expect(readLayout(remembered)).toEqual(INITIAL_LAYOUT),
);

test('a layout is read as it was remembered', () => {
  const layout = { ...INITIAL_LAYOUT, split: 40, chartColumns: 3, folded: ['train'] };
  expect(readLayout(JSON.parse(JSON.stringify(layout)))).toEqual(layout);
});

test('of a view is remembered how it is looked at, and not which runs', () => {
  const charts = new Map([['loss', { yLog: true }]]);
  const remembered = writeRememberedView({ ...INITIAL_VIEW, yLog: true, smoothing: 0.6, charts, selection: ['run-1'], query: 'x' });
  const recalled = recallView({ ...INITIAL_VIEW, selection: ['run-2'], clip: true, charts: new Map([['a', { yMax: 1 }]]) }, remembered);
  expect(recalled).toEqual({ ...INITIAL_VIEW, yLog: true, smoothing: 0.6, charts, selection: ['run-2'] });
});

test('an address that names only an experiment leaves the rest to what is remembered', () => {
  expect(saysMoreThanExperiment({ ...INITIAL_VIEW, experiment_id: 'exp-1' })).toBe(false);
  expect(saysMoreThanExperiment({ ...INITIAL_VIEW, clip: true })).toBe(true);
});
