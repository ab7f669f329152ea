// The curves of what is shown, by run and metric; their points are in wasm. Reads a series when it is needed, and what is new of it when it has
// changed and is still needed: a live update costs the same however long the series is. What is no longer needed is given
// back, least recently needed first.

import { errorMessage } from '../errors';
import { Curve } from '../model/curve';
import type { Storage } from '../tracker';
import type { KnownSeries, SeriesSource } from './snapshot';

/** Curves of so many points are kept beyond those that are needed: some fifty megabytes. */
const SPARE_POINTS = 4_000_000;
const TOGETHER_MS = 150;

class Entry implements KnownSeries {
  readonly curve = new Curve();
  revision = 0;
  reading = false;
  stale = true;
  error?: string;
  /** What is read for it is given back at once. */
  gone = false;

  drop(): void {
    this.gone = true;
    this.curve.free();
  }
}

export interface Need {
  run_id: string;
  key: string;
}

export class SeriesCache implements SeriesSource {
  readonly #storage: Storage;
  readonly #changed: () => void;
  readonly #sparePoints: number;
  /** Reads under way. */
  #reading = 0;
  /** Set while what was read waits for the rest. */
  #later: ReturnType<typeof setTimeout> | undefined;
  /** By run, then metric; the least recently needed run comes first. */
  readonly #runs = new Map<string, Map<string, Entry>>();

  constructor(storage: Storage, changed: () => void, sparePoints = SPARE_POINTS) {
    this.#storage = storage;
    this.#changed = changed;
    this.#sparePoints = sparePoints;
  }

  /** The series as far as it is known. Reads nothing. */
  get(run_id: string, key: string): KnownSeries | undefined {
    return this.#runs.get(run_id)?.get(key);
  }

  /** Reads what is not known of these series, and gives back what others take beyond the budget. `changed()` follows what was read. */
  need(needs: readonly Need[]): void {
    const needed = new Set<Entry>();
    for (const { run_id, key } of needs) {
      const keys = this.#runs.get(run_id) ?? new Map<string, Entry>();
      const entry = keys.get(key) ?? new Entry();
      // Put in again, it is the most recently needed one.
      this.#runs.delete(run_id);
      this.#runs.set(run_id, keys);
      keys.delete(key);
      keys.set(key, entry);
      needed.add(entry);
      if (entry.stale && !entry.reading) void this.#read(run_id, key, entry);
    }
    this.#evict(needed);
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
    for (const entry of this.#runs.get(run_id)?.values() ?? []) entry.drop();
    this.#runs.delete(run_id);
  }

  /** Gives everything back. */
  stop(): void {
    clearTimeout(this.#later);
    for (const run_id of [...this.#runs.keys()]) this.forget(run_id);
  }

  readonly #tell = (): void => {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#changed();
  };

  #evict(needed: ReadonlySet<Entry>): void {
    const spare: { keys: Map<string, Entry>; key: string; entry: Entry }[] = [];
    let points = 0;
    for (const keys of this.#runs.values()) {
      for (const [key, entry] of keys) {
        if (needed.has(entry) || entry.reading) continue;
        spare.push({ keys, key, entry });
        points += entry.curve.length;
      }
    }
    for (const { keys, key, entry } of spare) {
      if (points <= this.#sparePoints) return;
      points -= entry.curve.length;
      entry.drop();
      keys.delete(key);
    }
  }

  async #read(run_id: string, key: string, entry: Entry): Promise<void> {
    entry.reading = true;
    this.#reading += 1;
    entry.stale = false;
    try {
      if (entry.curve.isOpen) await entry.curve.read();
      else entry.curve.open(await this.#storage.open_curve(run_id, key));
      if (entry.gone) entry.curve.free();
      delete entry.error;
    } catch (error) {
      entry.error = errorMessage(error);
    }
    entry.reading = false;
    entry.revision++;
    this.#reading -= 1;
    // What is read at the same time is shown together, unless it takes long: each showing draws all charts in sight.
    if (this.#reading > 0) this.#later ??= setTimeout(this.#tell, TOGETHER_MS);
    else this.#tell();
  }
}
