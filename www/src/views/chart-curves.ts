// What a chart of one metric shows of a snapshot: the curves of the selected runs as far as they have been read, and what is missing.

import type { PlottedCurve } from '../chart/paint';
import type { Snapshot } from '../controller/snapshot';
import { leftOut } from '../model/bounds';
import { type ChartSettings, settingsOfChart } from '../model/chart-settings';
import { runStroke } from '../model/chosen-colors';
import { runName } from '../model/run-state';
import type { ViewState } from '../model/view-state';
import type { MetricRecord, RunRecord } from '../tracker';
import { lossText, lostPoints } from './series-problem';

/** Which chart, of what, on which ground. */
export interface Subject {
  metric: string;
  snapshot: Snapshot;
  dark: boolean;
}

export interface ChartCurves {
  plotted: PlottedCurve[];
  /** Some are still to be read. */
  loading: boolean;
  errors: string[];
  /** What the chosen axes have no place for. */
  leftOut: string | undefined;
}

export const NO_CURVES: ChartCurves = { plotted: [], loading: false, errors: [], leftOut: undefined };

/** What holds for all charts, with what is this one's own. */
export function viewOf({ snapshot, metric }: Subject): ViewState & ChartSettings {
  return settingsOfChart(snapshot.view, metric);
}

/** The selected runs that have logged the metric. */
export function runsOf({ snapshot, metric }: Subject): RunRecord[] {
  return snapshot.selected.filter((run) => metricOf(run, metric));
}

export function pointCountOf(subject: Subject): number {
  return runsOf(subject).reduce((sum, run) => sum + (metricOf(run, subject.metric)?.count ?? 0), 0);
}

export function chartCurves(subject: Subject): ChartCurves {
  const { metric, snapshot, dark } = subject;
  const plotted: PlottedCurve[] = [];
  const errors: string[] = [];
  let loading = false;
  for (const run of runsOf(subject)) {
    const { run_id } = run;
    const series = snapshot.series.get(run_id, metric);
    if (!series) {
      loading = true;
      continue;
    }
    if (series.error) errors.push(`${runName(run)}: ${series.error}`);
    const lost = lostPoints(run, metric, series);
    if (lost > 0) errors.push(`${runName(run)}: ${lossText(lost)}`);
    if (series.revision === 0) {
      loading = true;
      continue;
    }
    const { short = run_id, whole = run_id } = snapshot.labels.get(run_id) ?? {};
    plotted.push({ run_id, label: short, name: whole, stroke: runStroke(snapshot, run_id, dark), curve: series.curve });
  }
  const { xLog, yLog } = viewOf(subject);
  const curves = plotted.map((each) => each.curve);
  return { plotted, loading, errors, leftOut: leftOut(curves, xLog, yLog) };
}

/** What is drawn is all that there is. */
export function isRead(subject: Subject): boolean {
  const series = runsOf(subject).map((run) => subject.snapshot.series.get(run.run_id, subject.metric));
  return series.every((each) => each !== undefined && each.revision > 0 && !each.reading && !each.stale);
}

/** All of the chosen view that a plot depends on. */
export function lookKey(subject: Subject): string {
  const { xAxis, xLog, yLog, smoothing, clip, yMin, yMax } = viewOf(subject);
  return [xAxis, xLog, yLog, smoothing, clip, yMin, yMax, subject.dark].join();
}

/** All of the selected runs that a picture depends on. */
export function runsKey(subject: Subject): string {
  const runs = runsOf(subject).map((run) => {
    const { color, dash } = runStroke(subject.snapshot, run.run_id, subject.dark);
    return [run.run_id, metricOf(run, subject.metric)?.count, color, dash];
  });
  return runs.join();
}

function metricOf(run: RunRecord, key: string): MetricRecord | undefined {
  return run.metrics.find((metric) => metric.key === key);
}
