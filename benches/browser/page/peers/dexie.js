// Dexie: a record for each point, with the index that reading one series in order needs.
import { Dexie } from '/node_modules/dexie/dist/modern/dexie.min.mjs';
import { recordsOf } from './records.js';

export const name = 'Dexie';

export async function open() {
  await Dexie.delete('peer-dexie');
  const database = new Dexie('peer-dexie');
  database.version(1).stores({ points: '++id, [run+key+step]' });
  await database.open();
  return {
    write: (run, columns) => database.points.bulkAdd(recordsOf(run, columns)),
    read: async (run) => {
      const range = database.points.where('[run+key+step]').between([run, 'loss', Dexie.minKey], [run, 'loss', Dexie.maxKey]);
      return (await range.toArray()).length;
    },
    close: () => database.close(),
  };
}
