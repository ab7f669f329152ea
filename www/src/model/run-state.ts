// A run's state as the dashboard names it: the stored status, or "interrupted" when the session that ran it is gone.

import type { RunRecord } from '../tracker';
import { canBeSeen } from './names';

export type RunState = 'running' | 'interrupted' | 'success' | 'failed' | 'cancelled' | 'pending';

export const RUN_STATES: readonly RunState[] = ['running', 'interrupted', 'success', 'failed', 'cancelled', 'pending'];

export const STATE_LABELS: Record<RunState, string> = {
  running: 'Running',
  interrupted: 'Interrupted',
  success: 'Success',
  failed: 'Failed',
  cancelled: 'Cancelled',
  pending: 'Pending',
};

export function runState(run: RunRecord): RunState {
  return run.interrupted ? 'interrupted' : (run.status.toLowerCase() as RunState);
}

export function runName(run: RunRecord): string {
  return run.run_name !== undefined && canBeSeen(run.run_name) ? run.run_name : run.run_id;
}

export function runStart(run: RunRecord): number {
  return run.started_ms ?? run.created_ms;
}

/** How long the run took, or has taken so far, its interruptions left out; of an interrupted one, until it was last heard of. */
export function runDuration(run: RunRecord, now_ms: number): number {
  const end = run.ended_ms ?? (runState(run) === 'running' ? now_ms : run.heard_ms);
  return Math.max(0, end - runStart(run) - interruptedBefore(run.interruptions, end));
}

/** How much of the time before `time_ms` lies in interruptions, milliseconds. */
export function interruptedBefore(interruptions: RunRecord['interruptions'], time_ms: number): number {
  let sum = 0;
  for (const { from_ms, until_ms } of interruptions) sum += Math.max(0, Math.min(time_ms, until_ms) - from_ms);
  return sum;
}
