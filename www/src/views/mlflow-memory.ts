// The server that a person last named, in this browser. What lets one in is never among it.

import { type RememberedServer, readServer, writeServer } from '../model/mlflow-choice';

const MEMORY = 'entrenar-dashboard:mlflow';

/** A browser that keeps nothing remembers no server. */
export function recallServer(): RememberedServer {
  try {
    return readServer(localStorage.getItem(MEMORY));
  } catch {
    return readServer(null);
  }
}

export function rememberServer(server: RememberedServer): void {
  try {
    localStorage.setItem(MEMORY, writeServer(server));
  } catch {
    return;
  }
}
