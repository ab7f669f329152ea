// From what is stored and what the reader has chosen to what the views are shown.

import { direction } from '../model/best-value';
import { metricKeys } from '../model/metric-groups';
import { assignSlots, type StrokeSlots } from '../model/run-colors';
import { matchesRun, sortRuns } from '../model/run-filter';
import { labelRuns } from '../model/run-labels';
import type { ViewState } from '../model/view-state';
import type { RunRecord, Storage } from '../tracker';
import type { Catalog } from './catalog';
import type { Snapshot } from './snapshot';

/** How many of the newest runs are shown when the reader has chosen none. */
const AUTOMATIC_RUNS = 5;
/** The same in a report, whose runs its maker has chosen. */
const AUTOMATIC_RUNS_OF_REPORT = 20;

type Composed = Omit<
  Snapshot,
  | 'phase'
  | 'problem'
  | 'degraded'
  | 'lost'
  | 'estimate'
  | 'notice'
  | 'fileWork'
  | 'csv'
  | 'backup'
  | 'series'
  | 'allMetricsOf'
  | 'colors'
  | 'layout'
  | 'readOnly'
>;

export function composeSnapshot(
  storage: Storage,
  catalog: Catalog,
  view: ViewState,
  openFirst: string | undefined,
  hidden: (id: string) => boolean,
  strokes: StrokeSlots,
  isReport = false,
): Composed {
  const now_ms = Date.now();
  const experiments = catalog.experiments().filter((each) => !hidden(each.experiment_id));
  const wanted = view.experiment_id ?? openFirst;
  const experiment = wanted
    ? experiments.find((each) => each.experiment_id === wanted || each.name === wanted)
    : newest(experiments, (each) => each.created_ms);
  const runs = experiment ? catalog.runs(experiment.experiment_id).filter((run) => !hidden(run.run_id)) : [];
  const byId = new Map(runs.map((run) => [run.run_id, run]));
  const selected =
    view.selection && !view.follow
      ? view.selection.flatMap((run_id) => byId.get(run_id) ?? [])
      : sortRuns(runs, { by: 'start', descending: true }, now_ms).slice(
          0,
          view.follow ? 1 : isReport ? AUTOMATIC_RUNS_OF_REPORT : AUTOMATIC_RUNS,
        );
  const detail = view.run_id ? byId.get(view.run_id) : undefined;
  const missing = [...(view.selection ?? []), ...(view.run_id ? [view.run_id] : [])].filter((id) => !byId.has(id) && !hidden(id));
  if (view.experiment_id && !experiment && !hidden(view.experiment_id)) missing.unshift(view.experiment_id);
  return {
    view,
    experiments,
    runs,
    listed: sortRuns(
      runs.filter((run) => matchesRun(run, view)),
      view.sort,
      now_ms,
    ),
    selected,
    missing: [...new Set(missing)],
    unreadable: catalog.unreadable(experiment?.experiment_id),
    strokes: assignSlots(
      selected.map((run) => run.run_id),
      strokes,
    ),
    labels: labelRuns(selected),
    columns: view.columns ?? automaticColumns(runs),
    persistent: storage.is_persistent(),
    now_ms,
    ...(experiment && { experiment }),
    ...(openFirst && wanted === openFirst && !experiment && { awaited: openFirst }),
    ...(detail && { detail }),
  };
}

function newest<T>(entries: readonly T[], created_ms: (entry: T) => number): T | undefined {
  return entries.reduce<T | undefined>((best, each) => (best && created_ms(best) > created_ms(each) ? best : each), undefined);
}

/** The metrics whose last values say most: accuracies and losses of the test or validation set first. */
function automaticColumns(runs: readonly RunRecord[]): readonly string[] {
  const judged = (key: string) => ({ 1: 0, '-1': 1, 0: 4 })[direction(key)];
  const rank = (key: string) => (/(test|val|eval)/i.test(key) ? 0 : 2) + judged(key);
  return [...metricKeys(runs)].sort((a, b) => rank(a) - rank(b)).slice(0, 2);
}
