// The points read from storage, by run and metric. Reads a series when it is first asked for, and what is new of it when
// it has changed and somebody has asked for it since: a live update costs the same however long the series is.

import { Curve } from '../model/curve';
import { Summary } from '../model/metric-summary';
import { SeriesColumns } from '../model/series-columns';
import { errorMessage, type Storage } from '../tracker';

export interface CachedSeries {
  readonly columns: SeriesColumns;
  readonly curve: Curve;
  readonly summary: Summary;
  /** Counts reads; 0 while the first is under way. */
  revision: number;
  reading: boolean;
  /** Has changed since it was last read. */
  stale: boolean;
  error?: string;
}

export class SeriesCache {
  readonly #storage: Storage;
  readonly #changed: () => void;
  readonly #runs = new Map<string, Map<string, CachedSeries>>();

  constructor(storage: Storage, changed: () => void) {
    this.#storage = storage;
    this.#changed = changed;
  }

  /** The series as far as it is known, and a promise to `changed()` when more is. */
  get(run_id: string, key: string): CachedSeries {
    const keys = this.#runs.get(run_id) ?? new Map<string, CachedSeries>();
    this.#runs.set(run_id, keys);
    let entry = keys.get(key);
    if (!entry) {
      const columns = new SeriesColumns();
      entry = { columns, curve: new Curve(columns), summary: new Summary(columns), revision: 0, reading: false, stale: true };
      keys.set(key, entry);
    }
    if (entry.stale && !entry.reading) void this.#read(run_id, key, entry);
    return entry;
  }

  markStale(run_id: string, keys: Iterable<string>): void {
    const cached = this.#runs.get(run_id);
    if (!cached) return;
    for (const key of keys) {
      const entry = cached.get(key);
      if (entry) entry.stale = true;
    }
  }

  markRunStale(run_id: string): void {
    const cached = this.#runs.get(run_id);
    if (cached) this.markStale(run_id, cached.keys());
  }

  forget(run_id: string): void {
    this.#runs.delete(run_id);
  }

  async #read(run_id: string, key: string, entry: CachedSeries): Promise<void> {
    entry.reading = true;
    entry.stale = false;
    try {
      const { columns } = entry;
      const tail = columns.length > 0 ? await this.#storage.get_metrics_from(run_id, key, columns.length - 1) : undefined;
      if (!tail || !columns.extend(tail)) columns.replace(await this.#storage.get_metrics(run_id, key));
      delete entry.error;
    } catch (error) {
      entry.error = errorMessage(error);
    }
    entry.reading = false;
    entry.revision++;
    this.#changed();
  }
}
