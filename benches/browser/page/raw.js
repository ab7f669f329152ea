// The limit: what the browser can do when nothing but typed arrays is handed to IndexedDB, in one transaction, by hand.

/** 64 000 bytes: a longer value becomes a file of its own in Chromium's default backend. */
const CHUNK = 8000;
const STORE = 'chunks';

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const completed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });

/** Opens a database as it is, or creates it with these stores. */
export function open(name, create = () => {}) {
  const request = indexedDB.open(name);
  request.onupgradeneeded = () => create(request.result);
  return done(request);
}

/** Series cut into chunks: three records, one for each column, for 8000 points. */
export function chunksOf(columns) {
  const chunks = [];
  for (const [name, column] of Object.entries(columns)) {
    for (let from = 0; from < column.length; from += CHUNK) chunks.push([[name, from], column.slice(from, from + CHUNK)]);
  }
  return chunks;
}

export class RawChunks {
  static async open(name) {
    return new RawChunks(await open(name, (database) => database.createObjectStore(STORE)));
  }

  constructor(database) {
    this.database = database;
  }

  async write(series, chunks) {
    const transaction = this.database.transaction(STORE, 'readwrite');
    const store = transaction.objectStore(STORE);
    for (const [key, chunk] of chunks) store.put(chunk, [series, ...key]);
    transaction.commit();
    await completed(transaction);
  }

  /** The number of values read. */
  async read(series) {
    const store = this.database.transaction(STORE).objectStore(STORE);
    const chunks = await done(store.getAll(IDBKeyRange.bound([series], [series, []])));
    return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  close() {
    this.database.close();
  }
}

/** Everything that a tracker's database holds of a run's points, as it lies there: the values of the store's records. */
export async function storedRecords(database, runId) {
  const opened = await open(database);
  const store = opened.transaction('points').objectStore('points');
  const start = performance.now();
  const records = await done(store.getAll(IDBKeyRange.bound([runId], [runId, []])));
  const ms = performance.now() - start;
  opened.close();
  return { records, ms };
}
