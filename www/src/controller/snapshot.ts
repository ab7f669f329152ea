// What the views are shown: plain data, made anew by the controller whenever something changed.

import type { ChosenColors } from '../model/chosen-colors';
import type { Curve } from '../model/curve';
import { INITIAL_LAYOUT, type Layout } from '../model/layout';
import type { StrokeSlots } from '../model/run-colors';
import type { RunLabel } from '../model/run-labels';
import { INITIAL_VIEW, type ViewState } from '../model/view-state';
import type { ExperimentRecord, RunRecord, StorageEstimate } from '../tracker';
import type { BackupState } from './backup-work';
import type { ChosenCsv } from './csv-choice';
import type { FileWork } from './file-work';
import type { MlflowView } from './mlflow-sender';

export interface ExperimentEntry extends ExperimentRecord {
  run_count: number;
}

/** Something went wrong: what it is called, and what it said. */
export interface Problem {
  code: string;
  message: string;
}

/** A run that this page was writing and may write no longer. */
export interface LostRun extends Problem {
  run_id: string;
  name: string;
}

export interface Notice {
  text: string;
  undo: boolean;
}

/** One metric of one run as far as it has been read. Views read it and change nothing. */
export interface KnownSeries {
  readonly curve: Curve;
  /** Counts reads; 0 while the first is under way. */
  readonly revision: number;
  readonly reading: boolean;
  /** Has changed since it was last read. */
  readonly stale: boolean;
  readonly error?: string;
}

export interface SeriesSource {
  /** Undefined for what nothing on the page needs. Reads nothing. */
  get(run_id: string, key: string): KnownSeries | undefined;
}

export interface Snapshot {
  phase: 'loading' | 'ready' | 'failed';
  problem?: Problem;
  view: ViewState;
  layout: Layout;
  experiments: readonly ExperimentEntry[];
  experiment?: ExperimentEntry;
  /** The experiment that the page around asks for, while there is none of that name or id. */
  awaited?: string;
  /** All runs of the experiment, oldest first. */
  runs: readonly RunRecord[];
  /** Those the filter lets through, sorted. */
  listed: readonly RunRecord[];
  selected: readonly RunRecord[];
  /** Ids that the address names and the database does not hold. */
  missing: readonly string[];
  /** Runs and experiments that could not be read, with the reason. */
  unreadable: readonly { id: string; message: string }[];
  /** The run whose detail is open. */
  detail?: RunRecord;
  /** The run whose detail lists all its metrics, however many there are. */
  allMetricsOf?: string;
  /** Whose last values the table shows. */
  columns: readonly string[];
  series: SeriesSource;
  /** The colours and dashes of the selected runs. */
  strokes: StrokeSlots;
  /** The colours that a person chose for runs. */
  colors: ChosenColors;
  /** The names of the selected runs beside each other. */
  labels: ReadonlyMap<string, RunLabel>;
  /** False where the browser lets the page store nothing: then runs live in memory. */
  persistent: boolean;
  /** Runs can only be looked at: this is a report. */
  readOnly: boolean;
  degraded?: Problem;
  lost: readonly LostRun[];
  estimate?: StorageEstimate;
  notice?: Notice;
  /** The export or import that goes on, or what came of the last one. */
  fileWork?: FileWork;
  /** The CSV file that was chosen and is not imported yet. */
  csv?: ChosenCsv;
  /** Runs on their way to MLflow, of which the dialog was opened. */
  mlflow?: MlflowView;
  /** Backups, once the page has come to rest. */
  backup?: BackupState;
  now_ms: number;
}

/** What is shown until the database has been opened. */
export const initialSnapshot = (readOnly: boolean): Snapshot => ({
  phase: 'loading',
  view: INITIAL_VIEW,
  layout: INITIAL_LAYOUT,
  experiments: [],
  runs: [],
  listed: [],
  selected: [],
  missing: [],
  lost: [],
  persistent: true,
  readOnly,
  unreadable: [],
  columns: [],
  series: { get: () => undefined },
  strokes: new Map(),
  colors: new Map(),
  labels: new Map(),
  now_ms: Date.now(),
});
