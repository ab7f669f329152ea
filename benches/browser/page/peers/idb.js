// idb: IndexedDB with promises, a record for each point, all in one transaction.
import { deleteDB, openDB } from '/node_modules/idb/build/index.js';
import { recordsOf } from './records.js';

export const name = 'idb';

export async function open() {
  await deleteDB('peer-idb');
  const database = await openDB('peer-idb', 1, {
    upgrade(upgraded) {
      upgraded.createObjectStore('points', { autoIncrement: true }).createIndex('series', ['run', 'key', 'step']);
    },
  });
  return {
    write: async (run, columns) => {
      const transaction = database.transaction('points', 'readwrite');
      // The transaction tells of every failure; a promise for each request would only cost time.
      for (const record of recordsOf(run, columns)) void transaction.store.add(record);
      await transaction.done;
    },
    read: async (run) => {
      const range = IDBKeyRange.bound([run, 'loss'], [run, 'loss', []]);
      return (await database.getAllFromIndex('points', 'series', range)).length;
    },
    close: () => database.close(),
  };
}
