/** How a backup is made. */
export interface BackupOptions {
  /** Stops the work: its promise is rejected by an `AbortError` with the code `Aborted`, and the backup before stays whole. */
  signal?: AbortSignal;
  /** How many new points are written, of how many. */
  on_progress?: (done: number, total: number) => void;
  /** Called for everything that could not be backed up, with a sentence. */
  on_loss?: (what: string) => void;
}

/** How a backup is restored. */
export interface RestoreOptions {
  /** Stops the work: its promise is rejected by an `AbortError` with the code `Aborted`, and nothing of it stays. */
  signal?: AbortSignal;
  /** How many points are read, of how many. */
  on_progress?: (done: number, total: number) => void;
  /** Called for everything that is left out, with a sentence. */
  on_loss?: (what: string) => void;
  /** Restores runs too that had been deleted when the last backup was made. */
  deleted?: boolean;
  /** Restores the runs that are whole if a file is missing or damaged, instead of nothing. */
  skip_damaged?: boolean;
  /** Called for every run of the backup that is here already, and is left as it is. `on_loss` is told of those of which the backup has more. */
  on_left?: (run: RunLeft) => void;
}

/** A run of a backup that is here already, and that a restore leaves as it is. */
export interface RunLeft {
  /** The id that it has here. */
  run_id: string;
  /**
   * `whole`: all that the backup has of it is here. `shorter`: the backup has more, and all that is here. `different`: the backup has more, and so has the run here. `running`: the backup has more, and a page is
   * writing the run.
   */
  why: 'whole' | 'shorter' | 'different' | 'running';
  /** How many points the backup has that are not here, as far as counts tell. */
  points: number;
  /** How many artifacts the backup has that are not here. */
  artifacts: number;
}

/** What a backup holds, and what was new. */
export interface Backup {
  /** How many runs the folder holds. */
  runs: number;
  /** How many points were written: those that were new. */
  points: number;
  /** Of how many files it is made. */
  files: number;
  /** When it was completed, milliseconds since the epoch. */
  saved_ms: number;
}

/** Backups into a folder that the person chose, by `showDirectoryPicker({ mode: 'readwrite' })`. */
export interface WasmStorage {
  /**
   * Backs up into the folder what is new since the last time: every experiment and run, with points and artifacts. It has a folder of its own in there for each database. The backup before stays whole until this one takes its place, whenever it is cut off. Tabs take turns.
   * @throws {EntrenarError} `InvalidArgument`; `Freed`; `InvalidState` if it was closed, or the folder was made for another database; `InvalidFile` and `NewerFile` of a backup that is there and cannot be gone on with; `NotAllowed`; `FolderNotFound`; `Aborted`; `Unavailable` in a package without file formats, or where a browser cannot write into folders; {@link DatabaseErrorCode}, QuotaExceeded of which is the folder's disk.
   */
  back_up(directory: FileSystemDirectoryHandle, options?: BackupOptions): Promise<Backup>;
  /**
   * Restores the runs of a folder's backups that are not in this database, and returns the ids that they have here: all of them, or none. A run is known again wherever it was restored to, so that nothing comes twice.
   * @throws {EntrenarError} `InvalidArgument`; `Freed`; `InvalidState` if it was closed; `InvalidFile` if there is no backup of a database of this name, or a file of it is missing or damaged; `NewerFile`; `NotAllowed`; `FolderNotFound`; `Aborted`; `Unavailable` in a package without file formats; {@link DatabaseErrorCode}.
   */
  restore(directory: FileSystemDirectoryHandle, options?: RestoreOptions): Promise<string[]>;
}
