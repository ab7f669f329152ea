// The run of an MLflow server that a person asks for, and what is said of a server's refusal.

import { errorCode } from '../errors';
import type { MlflowChoice } from './mlflow-choice';
import { serverProblem } from './mlflow-server';

export interface MlflowImportChoice extends Pick<MlflowChoice, 'url' | 'authorization'> {
  /** The run's id there. */
  mlflow_run_id: string;
}

/** What was typed for the run: its id, or the address of its page, which names the server too. */
export function typedRun(text: string): { mlflow_run_id: string; url?: string } {
  const typed = text.trim();
  const [, url, mlflow_run_id] = /^(https?:\/\/[^?#]+?)\/*#.*\/runs\/(\w+)/.exec(typed) ?? [];
  return url !== undefined && mlflow_run_id !== undefined ? { mlflow_run_id, url } : { mlflow_run_id: typed };
}

/** As `serverProblem`, for a run that was to be imported. */
export function importProblem(error: unknown): string {
  const problem = serverProblem(error);
  if (errorCode(error) !== 'ServerRefused') return problem;
  return `${problem.replace(/[.!]?$/, '.')} The run’s id is in the address of its page in MLflow, after “/runs/”: copy it from there.`;
}
