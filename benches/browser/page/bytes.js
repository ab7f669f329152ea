// Bytes that go to IndexedDB and bytes that lie there, counted as payload: arrays, strings, numbers and the names of fields.
import { storedRecords } from './raw.js';

export function payload(value) {
  if (value === null || value === undefined) return 1;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (typeof value === 'string') return value.length;
  if (typeof value === 'number') return 8;
  if (typeof value === 'boolean') return 1;
  if (value instanceof Date) return 8;
  return Object.entries(value).reduce((sum, [name, each]) => sum + (Array.isArray(value) ? 0 : name.length) + payload(each), 0);
}

/** Counts what is put or added from now on; the returned function stops, and returns the bytes. */
export function countWrites() {
  let bytes = 0;
  const { put, add } = IDBObjectStore.prototype;
  const counting = (write) =>
    function (value, ...key) {
      bytes += payload(value) + (key.length ? payload(key[0]) : 0);
      return write.call(this, value, ...key);
    };
  IDBObjectStore.prototype.put = counting(put);
  IDBObjectStore.prototype.add = counting(add);
  return () => {
    Object.assign(IDBObjectStore.prototype, { put, add });
    return bytes;
  };
}

/** Bytes of a run's points as they lie in the tracker's database. */
export async function storedBytes(database, runId) {
  const { records } = await storedRecords(database, runId);
  return records.reduce((sum, record) => sum + payload(record), 0);
}
