// The run of an MLflow server that a person asks for, and what is said of a server's refusal.

import { errorCode, errorMessage } from '../errors';
import { type MlflowChoice, syncOptions } from './mlflow-choice';

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

/** The options of `import_mlflow`, but for those that say how it is going. */
export function importOptions({ url, authorization }: MlflowImportChoice) {
  const { live: _live, ...options } = syncOptions({ url, experiment: '', authorization, live: false });
  return options;
}

/** What went wrong, in the words of the dialog's fields: the package's message names options of its call. */
export function serverProblem(error: unknown): string {
  switch (errorCode(error)) {
    case 'ServerDenied':
      return 'The server does not let you in. Type what it wants under “Authorization”, such as “Bearer …”, or ask those who run it for the right to do this.';
    case 'NotMlflow':
      return 'No MLflow server is at this address. It is what MLflow’s own page is opened by, without what follows “#”.';
    default:
      return errorMessage(error);
  }
}

/** As {@link serverProblem}, for a run that was to be imported. */
export function importProblem(error: unknown): string {
  const problem = serverProblem(error);
  if (errorCode(error) !== 'ServerRefused') return problem;
  return `${problem.replace(/[.!]?$/, '.')} The run’s id is in the address of its page in MLflow, after “/runs/”: copy it from there.`;
}
