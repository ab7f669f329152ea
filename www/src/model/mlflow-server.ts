// How a server is asked, for what is sent to it and for what comes from it, and what is said of its refusals.

import { errorCode, errorMessage } from '../errors';
import type { MlflowChoice } from './mlflow-choice';

/** The options that `sync_mlflow` and `import_mlflow` share. */
export function serverOptions({ url, authorization }: Pick<MlflowChoice, 'url' | 'authorization'>) {
  const headers = authorization.trim() && { headers: { Authorization: authorization.trim() } };
  return { url: url.trim(), ...headers };
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
