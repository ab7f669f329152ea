/** Which columns of a CSV file are what, by their names in its header. What is not given is found by the names that are usual for it; `null` says that there is none. */
export interface CsvColumns {
  /** The steps. Without such a column, points are counted. */
  x?: string | null;
  /** The metrics' keys, in a file with one row a point. */
  key?: string | null;
  /** The values, in a file with one row a point. */
  value?: string | null;
  /** Which run a row belongs to. Without such a column, all rows are one run's. */
  run?: string | null;
  /** The time. */
  timestamp?: string | null;
  /** The experiment's name. */
  experiment?: string | null;
  /** The columns that are metrics, in a file with a column for each; else those that are nothing else and begin with a number. */
  metrics?: readonly string[];
}

/** What a column of a CSV file is read as: steps, keys, values, runs, their names, times, experiments, or a metric of its own. */
export type CsvRole = 'x' | 'key' | 'value' | 'run' | 'run_name' | 'timestamp' | 'experiment' | 'metric';

/** The beginning of a CSV file, and how it would be imported. */
export interface CsvPreview {
  /** What stands between its columns. */
  delimiter: ',' | ';' | '\t';
  /** One row a point (`'long'`), or a column for each metric (`'wide'`); missing where it cannot be told which column is what. */
  shape?: 'long' | 'wide';
  /** The columns in their order. One without a role would be left out. */
  columns: { name: string; role?: CsvRole }[];
  /** The first rows, as text: twenty at most. */
  rows: string[][];
  /** Why `import_runs` would refuse the file, as far as its beginning tells. */
  problem?: string;
}

/** A look into CSV files. */
export interface WasmStorage {
  /**
   * Says how `import_runs` would read a CSV file, compressed or not, with the same `columns`. Only its beginning is read, and nothing is stored.
   * @throws {EntrenarError} `InvalidArgument`; `Freed`; `InvalidState` if it was closed; `InvalidFile` where it is no CSV file; `Aborted`; `Unavailable` in a package without file formats.
   */
  preview_csv(data: Blob | Bytes, options?: { columns?: CsvColumns; signal?: AbortSignal }): Promise<CsvPreview>;
}
