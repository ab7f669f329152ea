// What the page remembers of backups, for each database in this browser: a store of its own, which no export holds. A folder's handle can
// be kept nowhere else.

import type { Problem } from './snapshot';

export interface Remembered {
  directory?: FileSystemDirectoryHandle | undefined;
  /** When a backup was last completed; and when one was last tried. */
  backed_up_ms?: number | undefined;
  tried_ms?: number | undefined;
  /** What became of the last one, if it failed. */
  problem?: Problem | undefined;
  /** When a file of everything was last saved. */
  saved_ms?: number | undefined;
  /** When the reminder was put off. */
  dismissed_ms?: number | undefined;
}

const DATABASE = 'entrenar-dashboard';
const STORE = 'backups';
/** As the package calls it where nothing is said. */
const UNNAMED = 'entrenar';

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class BackupMemory {
  readonly #key: string;
  /** A page without site data remembers as long as it lasts. */
  #known: Remembered = {};

  constructor(database: string | undefined) {
    this.#key = database || UNNAMED;
  }

  async read(): Promise<Remembered> {
    try {
      return await this.#within('readonly', async (store) => {
        this.#known = ((await answer(store.get(this.#key))) as Remembered | undefined) ?? {};
        return this.#known;
      });
    } catch {
      return this.#known;
    }
  }

  /** What other tabs wrote meanwhile stays. */
  async change(change: Remembered): Promise<Remembered> {
    this.#known = { ...this.#known, ...change };
    try {
      return await this.#within('readwrite', async (store) => {
        const stored = ((await answer(store.get(this.#key))) as Remembered | undefined) ?? {};
        this.#known = { ...stored, ...change };
        await answer(store.put(this.#known, this.#key));
        return this.#known;
      });
    } catch {
      return this.#known;
    }
  }

  async #within<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => Promise<T>): Promise<T> {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    const database = await answer(opening);
    try {
      return await use(database.transaction(STORE, mode).objectStore(STORE));
    } finally {
      database.close();
    }
  }
}
