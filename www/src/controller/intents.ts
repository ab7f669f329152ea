// What views ask for. A view knows no more of the rest of the dashboard than this list.

import type { ChosenColor } from '../model/chosen-colors';
import type { ExportChoice } from '../model/export-choice';
import type { Layout } from '../model/layout';
import type { MlflowChoice } from '../model/mlflow-choice';
import type { MlflowImportChoice } from '../model/mlflow-import';
import type { ViewState } from '../model/view-state';
import type { BackupAction } from './backup-work';
import type { ColumnChoice } from './csv-choice';

export type Intent =
  | ViewIntent
  | LayoutIntent
  | RunIntent
  | DeletionIntent
  | { type: 'color-run'; run_id: string; color: ChosenColor | undefined }
  | { type: 'reset-colors' }
  | { type: 'chart-in-sight'; metric: string; inSight: boolean }
  | { type: 'show-all-metrics'; run_id: string }
  | { type: 'request-persistence' }
  | { type: 'measure-storage' }
  | { type: 'show-runs'; run_ids: readonly string[]; detail?: boolean }
  | { type: 'dismiss-notice' }
  | { type: 'dismiss-lost'; run_id: string }
  | { type: 'retry' }
  | TransferIntent;

/** What is looked at, and how. */
export type ViewIntent =
  | { type: 'view'; change: Partial<ViewState> }
  | { type: 'reset-view' }
  | { type: 'open-experiment'; experiment_id: string }
  | { type: 'show-run'; experiment_id: string; run_id: string }
  | { type: 'toggle-run'; run_id: string };

export type LayoutIntent =
  | { type: 'layout'; change: Partial<Layout> }
  | { type: 'toggle-name'; list: 'folded' | 'pinnedGroups' | 'pinnedCharts'; name: string };

export type RunIntent =
  | { type: 'close-run'; run_id: string }
  | { type: 'rename-run'; run_id: string; name: string }
  | { type: 'tag-run'; run_id: string; key: string; value: string }
  | { type: 'untag-run'; run_id: string; key: string }
  | { type: 'download-artifact'; run_id: string; key: string };

export type DeletionIntent =
  | { type: 'delete-runs'; run_ids: readonly string[] }
  | { type: 'delete-experiment'; experiment_id: string }
  | { type: 'undo-delete' };

/** Files out and in, runs on their way to MLflow, backups. */
export type TransferIntent =
  | { type: 'export-runs'; choice: ExportChoice }
  | { type: 'share-runs'; choice: ExportChoice }
  | { type: 'share-again' }
  | { type: 'import-file'; file: File }
  | { type: 'choose-column'; choice: ColumnChoice }
  | { type: 'import-csv' }
  | { type: 'dismiss-csv' }
  | { type: 'import-mlflow'; choice: MlflowImportChoice }
  | { type: 'stop-file-work' }
  | { type: 'dismiss-file-work' }
  | { type: 'look-at-mlflow'; run_id: string }
  | { type: 'send-to-mlflow'; run_id: string; choice: MlflowChoice }
  | { type: 'stop-mlflow'; run_id: string }
  | { type: 'backup'; action: BackupAction };

export const INTENT_EVENT = 'entrenar-intent';

export function emitIntent(from: EventTarget, intent: Intent): void {
  from.dispatchEvent(new CustomEvent<Intent>(INTENT_EVENT, { detail: intent, bubbles: true, composed: true }));
}
