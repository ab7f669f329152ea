/** What went wrong between the package and its database. What was logged stays in memory, and is written when that is possible again. */
export type DatabaseErrorCode =
  /** A newer version of the package wrote the database: load that version, or name another database. */
  | 'NewerDatabase'
  /** Another tab keeps the database from being opened: close this site's other tabs. */
  | 'Blocked'
  /** The disk or this site's quota is full: delete runs, or free disk space. */
  | 'QuotaExceeded'
  /** The connection to IndexedDB broke, or it does not answer: it is opened again with the next call. */
  | 'ConnectionLost'
  /** The browser's database process died: reload the page. */
  | 'ReloadNeeded'
  /** The site's data was cleared: repeat the call. What this page holds in memory is written again. */
  | 'Cleared'
  /** A stored record cannot be read. It is left in place, and everything else can be used. */
  | 'Corrupt'
  /** A record was there already that should not be: please report it. */
  | 'Conflict'
  /** What else the database refused: please report it. */
  | 'Backend';

/** Every `code` of an error of this package. The list grows with versions: do something sensible with what you do not know. */
export type EntrenarErrorCode =
  /** An argument cannot be used, or a method was called without its object. The error is a `TypeError` or a `RangeError`. */
  | 'InvalidArgument'
  /** It cannot be done as things stand: the run has ended, or the storage was closed. */
  | 'InvalidState'
  /** A method was called after `free()`. */
  | 'Freed'
  /** There is no such experiment. */
  | 'ExperimentNotFound'
  /** There is no such run. If a worker or another tab has only just begun it: `await storage.refresh()` first. */
  | 'RunNotFound'
  /** The run holds no artifact under this key. */
  | 'ArtifactNotFound'
  /** The run was resumed elsewhere and is written from there: this page can only read it. */
  | 'RunTakenOver'
  /** The run was deleted. */
  | 'RunDeleted'
  /** The points of a run that this page lost are no longer in memory: read them by `WasmStorage`. */
  | 'NotLoaded'
  /** Over 16 million points are not saved yet: `await run.flush()` and log on. */
  | 'MemoryFull'
  /** A file that is imported is damaged, cut off or of no known format; the message says where. Nothing of it was imported. */
  | 'InvalidFile'
  /** A file that is imported is of a newer version of its format: load a newer version of the package. Nothing of it was imported. */
  | 'NewerFile'
  /** The folder for backups is gone or was moved, or its drive was removed: choose it again. */
  | 'FolderNotFound'
  /** The page may not use the folder for backups, or no longer: ask for it again after a click, or choose another folder. */
  | 'NotAllowed'
  /** The signal that was passed in the options stopped it. The error is an `AbortError`, and its `cause` is the signal's reason. */
  | 'Aborted'
  /** The package was built without file formats, or the browser cannot compress: the message says what to do. */
  | 'Unavailable'
  /** A tracking server does not answer: it is down, or does not let this page in (`--cors-allowed-origins`). */
  | 'ServerUnreachable'
  /** A tracking server does not know the caller, or does not let it: give other `headers`. */
  | 'ServerDenied'
  /** What answers at the address is no MLflow server. */
  | 'NotMlflow'
  /** A tracking server does not take what it was sent; the message has its words. */
  | 'ServerRefused'
  /** A tracking server is overloaded or broken, and still was when it was asked again: try later. */
  | 'ServerBusy'
  /** Another tab sends the run to the tracking server. */
  | 'SyncedElsewhere'
  | DatabaseErrorCode
  | LoadingErrorCode;

/** What every call here throws or rejects with: an `Error` (for arguments a `TypeError` or a `RangeError`) whose message says what to do. */
export interface EntrenarError extends Error {
  /** What went wrong. It does not change from version to version, as messages do. */
  readonly code: EntrenarErrorCode;
}
