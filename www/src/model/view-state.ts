// What a reader has chosen to look at. All of it, and only it, goes into the URL.

import { MOST_SMOOTHING, type OwnSettings, readChartSettings, writeChartSettings } from './chart-settings';
import { readIds, writeIds } from './id-list';
import type { RunFilter, RunSort } from './run-filter';
import { RUN_STATES, type RunState } from './run-state';
import type { XAxis } from './x-axis';

export type Panel = 'charts' | 'compare';

export interface ViewState extends RunFilter {
  experiment_id?: string;
  /** Selected runs; undefined leaves the choice to the dashboard: the newest few. */
  selection?: readonly string[];
  /** The run whose detail is open. */
  run_id?: string;
  follow: boolean;
  panel: Panel;
  xAxis: XAxis;
  xLog: boolean;
  yLog: boolean;
  smoothing: number;
  clip: boolean;
  /** What single charts are drawn with instead. */
  charts: OwnSettings;
  /** The zoomed part of the x axis, in its unit. */
  range?: readonly [number, number];
  metricQuery: string;
  sort: RunSort;
  /** Metric keys whose last values the runs table shows; undefined leaves the choice to the dashboard. */
  columns?: readonly string[];
  differencesOnly: boolean;
  /** The runs table above the charts, with all its columns, instead of beside them. */
  wideTable: boolean;
}

export const INITIAL_VIEW: ViewState = {
  follow: false,
  panel: 'charts',
  xAxis: 'step',
  xLog: false,
  yLog: false,
  smoothing: 0,
  clip: false,
  charts: new Map(),
  query: '',
  states: [],
  metricQuery: '',
  sort: { by: 'start', descending: true },
  differencesOnly: false,
  wideTable: false,
};

/** Writes what differs from the initial view into the parameters, and leaves foreign ones alone. */
export function writeView(view: ViewState, parameters: URLSearchParams): void {
  const put = (key: string, value: string | undefined) => {
    if (value) parameters.set(key, value);
    else parameters.delete(key);
  };
  const flag = (value: boolean) => (value ? '1' : undefined);
  put('experiment', view.experiment_id);
  put('runs', view.selection && (view.selection.length > 0 ? writeIds(view.selection) : 'none'));
  put('run', view.run_id);
  put('follow', flag(view.follow));
  put('panel', view.panel === 'charts' ? undefined : view.panel);
  put('x', view.xAxis === 'step' ? undefined : view.xAxis);
  put('log', [view.xLog ? 'x' : '', view.yLog ? 'y' : ''].join(''));
  put('smooth', view.smoothing > 0 ? String(view.smoothing) : undefined);
  put('clip', flag(view.clip));
  parameters.delete('chart');
  for (const [metric, own] of view.charts) parameters.append('chart', writeChartSettings(metric, own));
  put('range', view.range?.join('~'));
  put('q', view.query);
  put('status', view.states.join(','));
  put('metric', view.metricQuery);
  put('sort', isInitialSort(view.sort) ? undefined : `${view.sort.descending ? '-' : ''}${view.sort.by}`);
  parameters.delete('column');
  for (const key of view.columns ?? []) parameters.append('column', key);
  put('diff', flag(view.differencesOnly));
  put('table', view.wideTable ? 'wide' : undefined);
}

/** Reads a view; whatever makes no sense falls back to the initial view. */
export function readView(parameters: URLSearchParams): ViewState {
  const view: ViewState = { ...INITIAL_VIEW };
  const list = (key: string) => parameters.get(key)?.split(',').filter(Boolean);
  const experiment = parameters.get('experiment');
  if (experiment) view.experiment_id = experiment;
  const runs = parameters.get('runs');
  if (runs) view.selection = runs === 'none' ? [] : readIds(runs);
  const run = parameters.get('run');
  if (run) view.run_id = run;
  view.follow = parameters.get('follow') === '1';
  if (parameters.get('panel') === 'compare') view.panel = 'compare';
  const x = parameters.get('x');
  if (x === 'relative' || x === 'wall') view.xAxis = x;
  view.xLog = view.xAxis !== 'wall' && (parameters.get('log')?.includes('x') ?? false);
  view.yLog = parameters.get('log')?.includes('y') ?? false;
  const smoothing = Number(parameters.get('smooth'));
  if (smoothing > 0 && smoothing < 1) view.smoothing = Math.min(smoothing, MOST_SMOOTHING);
  view.clip = parameters.get('clip') === '1';
  view.charts = new Map(
    parameters
      .getAll('chart')
      .map(readChartSettings)
      .filter((own) => own !== undefined),
  );
  const [from, to] = (parameters.get('range') ?? '').split('~').map(Number);
  if (from !== undefined && to !== undefined && from < to && Number.isFinite(to - from)) view.range = [from, to];
  view.query = parameters.get('q') ?? '';
  view.states = (list('status') ?? []).filter((state): state is RunState => RUN_STATES.includes(state as RunState));
  view.metricQuery = parameters.get('metric') ?? '';
  const sort = parameters.get('sort');
  if (sort) view.sort = { by: sort.replace(/^-/, ''), descending: sort.startsWith('-') };
  const columns = parameters.getAll('column');
  if (columns.length > 0) view.columns = columns;
  view.differencesOnly = parameters.get('diff') === '1';
  view.wideTable = parameters.get('table') === 'wide';
  return view;
}

function isInitialSort(sort: RunSort): boolean {
  return sort.by === INITIAL_VIEW.sort.by && sort.descending === INITIAL_VIEW.sort.descending;
}
