/** What long work takes: a way to stop it, and to hear how far it is. A function that throws is reported, and the work goes on. */
export interface LongWorkOptions {
  /** Stops the work: its promise is rejected by an `AbortError` with the code `Aborted`, and nothing of it stays. */
  signal?: AbortSignal;
  /** Points of an export, or bytes of the file that is imported. */
  on_progress?: (done: number, total: number) => void;
  /** Called for everything that the format cannot hold, or that an import leaves out, with a sentence. */
  on_loss?: (what: string) => void;
}

/** How runs are exported. */
export interface ExportOptions extends LongWorkOptions {
  /** Compresses the file by gzip. */
  compress?: boolean;
  /**
   * Of `'csv'`: a row for each point (`'long'`, so unless given), or a column for each metric (`'wide'`). Of `'tensorboard'`: values of 32
   * bits, which every reader reads (so unless given), or of 64 bits, which TensorBoard shows and some readers do not.
   */
  variant?: 'long' | 'wide' | 'float32' | 'float64';
  /** Of `'html'`: the page that the runs are put into. The npm package has its own. */
  template?: string;
}

/** How runs are imported. */
export interface ImportOptions extends LongWorkOptions {
  /** The file's format; told by its first bytes unless given. */
  format?: FileFormat | 'html';
  /** The name of the experiment that all runs go to, in place of the file's own. */
  experiment?: string;
  /** Which columns of a CSV file are what, by their names, where it is not what their names say. */
  columns?: CsvColumns;
}

/** A file's format: JSON Lines, which loses nothing; CSV; event files of TensorBoard in a zip file, which `import_runs` also takes one by one. */
export type FileFormat = 'jsonl' | 'csv' | 'tensorboard';

/** Files, out and in. */
export interface WasmStorage {
  /**
   * A file of these runs, in this order: with their points, and with their artifacts where the format has them. `'html'` makes a report: one
   * page with the runs and a dashboard that only shows them, which opens from disk without a network.
   * @throws {EntrenarError} `InvalidArgument`; `Freed`; `InvalidState` if it was closed; `RunNotFound`; `Aborted`; `Unavailable` in a package without file formats; {@link DatabaseErrorCode}.
   */
  export_runs(run_ids: readonly string[], format: FileFormat | 'html', options?: ExportOptions): Promise<Blob>;
  /**
   * A file of everything, as JSON Lines: every experiment and run with its points and artifacts.
   * @throws {EntrenarError} `InvalidArgument`; `Freed`; `InvalidState` if it was closed; `Aborted`; `Unavailable` in a package without file formats; {@link DatabaseErrorCode}.
   */
  export_database(options?: ExportOptions): Promise<Blob>;
  /**
   * Imports the runs of a file, compressed or not, and returns the ids that they have here. All of them are imported, or none.
   * @throws {EntrenarError} `InvalidArgument`; `Freed`; `InvalidState` if it was closed; `InvalidFile`; `NewerFile`; `Aborted`; `Unavailable` in a package without file formats; {@link DatabaseErrorCode}, Conflict of which says that the import paused for ten minutes, or that an artifact of it was deleted meanwhile.
   */
  import_runs(data: Blob | Bytes, options?: ImportOptions): Promise<string[]>;
}
