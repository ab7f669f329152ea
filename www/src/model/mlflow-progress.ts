// How far a run is on its way to MLflow, as the page around the dialog says it.

/** A sync that this page began. */
export interface MlflowWork {
  /** Points that are there, of how many that the run has. */
  done: number;
  total: number;
  /** It follows the run until that has ended. */
  live: boolean;
  outcome?: 'done' | 'stopped' | 'failed';
  /** What is said of the outcome. */
  text?: string;
  /** What MLflow cannot hold. */
  losses: readonly string[];
}

export function mlflowButtonText(work: MlflowWork | undefined): string {
  if (work?.outcome === 'failed') return 'MLflow: not sent';
  if (work === undefined || work.outcome !== undefined) return 'Send to MLflow';
  if (work.total > work.done) return `MLflow: ${Math.floor((100 * work.done) / work.total)} %`;
  return work.live ? 'MLflow: live' : 'MLflow: sending';
}
