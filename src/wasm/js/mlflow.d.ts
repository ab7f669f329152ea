/** An MLflow tracking server, and how it is asked. */
export interface MlflowOptions extends LongWorkOptions {
  /** The server's address, as its own page is opened by: `http://127.0.0.1:5000`. It must let this page in: `mlflow server --cors-allowed-origins …`. */
  url: string;
  /** What the server asks for, such as `{ Authorization: 'Bearer …' }`. It is sent with each request, and never stored. */
  headers?: Record<string, string> | Map<string, string>;
  /** The name of the experiment: the one in MLflow that a run is sent to, or the one here that it is imported into. That of the run's own unless given. */
  experiment?: string;
}

/** How a run is sent to MLflow. */
export interface MlflowSyncOptions extends MlflowOptions {
  /** Goes on until the run has ended, waits for a server that is away, and catches up. */
  live?: boolean;
}

/** How far a run was sent to one experiment of one server. */
export interface MlflowSync {
  /** The server's address. */
  url: string;
  /** The experiment's name there. */
  experiment: string;
  /** The experiment's id there, once it is known. */
  mlflow_experiment_id?: string;
  /** The run's id there, once it is known. */
  mlflow_run_id?: string;
  /** How many of the run's points are known to be there. */
  points: number;
  /** When all was sent that the run had by then, in milliseconds since 1970. */
  sent_ms?: number;
  /** Whether a tab sends it now. */
  is_sending: boolean;
  /** Why the last sync ended early; absent once one went through. */
  failure?: { code: EntrenarErrorCode; message: string; failed_ms: number };
}

/** MLflow tracking servers. */
export interface WasmStorage {
  /**
   * Sends a run to an MLflow tracking server: what of it is not there yet. A sync that was cut off goes on where it was, in whatever tab; every
   * point is there once. `on_progress` hears of points, `on_loss` of what MLflow cannot hold.
   * @throws {EntrenarError} `InvalidArgument`; `Freed`; `InvalidState` if it was closed; `RunNotFound`; `ServerUnreachable`; `ServerDenied`; `NotMlflow`; `ServerRefused`; `ServerBusy`; `SyncedElsewhere`; `Aborted`: what was sent stays sent; `Unavailable` in a package without file formats; {@link DatabaseErrorCode}.
   */
  sync_mlflow(run_id: string, options: MlflowSyncOptions): Promise<{ mlflow_run_id: string; points: number }>;
  /**
   * How far a run was sent, for each server and experiment that it was sent to.
   * @throws {EntrenarError} `InvalidArgument`; `Freed`; `InvalidState` if it was closed; `RunNotFound`; `Unavailable` in a package without file formats; {@link DatabaseErrorCode}.
   */
  mlflow_syncs(run_id: string): Promise<MlflowSync[]>;
  /**
   * Imports a run from an MLflow tracking server by the id that it has there, with its points and artifacts, and returns the id that it has
   * here. All of it is imported, or nothing.
   * @throws {EntrenarError} `InvalidArgument`; `Freed`; `InvalidState` if it was closed; `ServerUnreachable`; `ServerDenied`; `NotMlflow`; `ServerRefused`; `ServerBusy`; `Aborted`; `Unavailable` in a package without file formats; {@link DatabaseErrorCode}.
   */
  import_mlflow(mlflow_run_id: string, options: MlflowOptions): Promise<string>;
}
