// Opening a database, which must not depend on how much is in it.
import { WasmStorage } from '/pkg/entrenar.js';
import { compare } from './compare.js';

const opened = async (database) => {
  const start = performance.now();
  const storage = await WasmStorage.open({ database });
  const ms = performance.now() - start;
  await storage.close();
  storage.free();
  return ms;
};

/** Milliseconds to open each of `databases` (label → name) for the first time in this page, one after the other. */
export async function opening({ databases, turned }) {
  await opened('bench-warm');
  const labels = Object.keys(databases);
  if (turned) labels.reverse();
  return compare(1, Object.fromEntries(labels.map((label) => [label, () => opened(databases[label])])));
}

/** In a new page: opens, reads one series of the first run; the memory that took. */
export async function firstLook({ memory, database, runId }) {
  await opened('bench-warm');
  const start = performance.now();
  const storage = await WasmStorage.open({ database });
  const open = performance.now() - start;
  const before = performance.now();
  const { value } = await storage.get_metrics(runId, 'loss');
  const read = performance.now() - before;
  const result = { open, read, memory: memory.buffer.byteLength, points: value.length };
  await storage.close();
  return result;
}
