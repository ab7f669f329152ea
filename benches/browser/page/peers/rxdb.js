// RxDB over its free storage, which is Dexie. Bundled before it is served: it comes as some hundred modules.
import { createRxDatabase } from 'rxdb/plugins/core';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import { recordsOf } from './records.js';

export const name = 'RxDB';

const schema = {
  version: 0,
  type: 'object',
  primaryKey: 'id',
  properties: {
    id: { type: 'string', maxLength: 80 },
    run: { type: 'string', maxLength: 40 },
    key: { type: 'string', maxLength: 40 },
    step: { type: 'number', minimum: 0, maximum: 1e9, multipleOf: 1 },
    value: { type: 'number' },
    timestamp: { type: 'number' },
  },
  required: ['id', 'run', 'key', 'step', 'value', 'timestamp'],
  indexes: [['run', 'key', 'step']],
};

export async function open() {
  const database = await createRxDatabase({ name: 'peer-rxdb', storage: getRxStorageDexie(), multiInstance: false });
  const { points } = await database.addCollections({ points: { schema } });
  const withId = (record) => ({ id: `${record.run}/${record.key}/${record.step}`, ...record });
  return {
    write: (run, columns) => points.bulkInsert(recordsOf(run, columns).map(withId)),
    read: async (run) => (await points.find({ selector: { run, key: 'loss' }, sort: [{ step: 'asc' }] }).exec()).length,
    close: () => database.remove(),
  };
}
