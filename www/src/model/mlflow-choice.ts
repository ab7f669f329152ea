// Where a person sends a run, what of that the browser remembers, and what is said of a sync.

import type { MlflowSync } from '../tracker';
import { formatAgo } from './format';
import { serverOptions } from './mlflow-server';

export interface MlflowChoice {
  url: string;
  /** Empty: that of the run's own experiment. */
  experiment: string;
  /** What the server wants of its callers. It is remembered nowhere. */
  authorization: string;
  live: boolean;
}

/** What is remembered: of a server never what lets one in. */
export type RememberedServer = Pick<MlflowChoice, 'url' | 'experiment'>;

export const LOCAL_SERVER = 'http://127.0.0.1:5000';

export function readServer(text: string | null): RememberedServer {
  try {
    const read: unknown = JSON.parse(text ?? 'null');
    const { url, experiment } = (read ?? {}) as Record<string, unknown>;
    return { url: typeof url === 'string' ? url : LOCAL_SERVER, experiment: typeof experiment === 'string' ? experiment : '' };
  } catch {
    return { url: LOCAL_SERVER, experiment: '' };
  }
}

export function writeServer({ url, experiment }: RememberedServer): string {
  return JSON.stringify({ url, experiment });
}

/** The options of `sync_mlflow`, but for those that say how it is going. */
export function syncOptions({ url, experiment, authorization, live }: MlflowChoice) {
  return { ...serverOptions({ url, authorization }), live, ...(experiment.trim() && { experiment: experiment.trim() }) };
}

const count = (points: number): string => `${points.toLocaleString('en')} ${points === 1 ? 'point' : 'points'}`;

/** How far a run is that has so many points. */
export function syncText(sync: MlflowSync, total: number, now_ms: number): string {
  const { points, failure, sent_ms, is_sending } = sync;
  const part = points < total ? `${points.toLocaleString('en')} of ${count(total)}` : count(points);
  if (is_sending) return `Sending: ${part} there.`;
  if (failure) return `Failed ${formatAgo(failure.failed_ms, now_ms)}, with ${part} there: ${failure.message}`;
  if (sent_ms === undefined) return `Not all sent: ${part} there.`;
  return points < total
    ? `Sent ${formatAgo(sent_ms, now_ms)}; since then the run went on: ${part} there.`
    : `Sent ${formatAgo(sent_ms, now_ms)}: ${part}.`;
}

/** The run's page in MLflow. */
export function mlflowPage({ url, mlflow_experiment_id, mlflow_run_id }: MlflowSync): string | undefined {
  if (mlflow_run_id === undefined || mlflow_experiment_id === undefined || !/^https?:\/\//.test(url)) return undefined;
  return `${url}/#/experiments/${encodeURIComponent(mlflow_experiment_id)}/runs/${encodeURIComponent(mlflow_run_id)}`;
}
