// The other tests of this directory test the backend that they mean to.
import { readFile } from 'node:fs/promises';
import { expect, startRun, test } from '../fixtures/durable.js';

test('the database lies on disk, in files of the backend under test', async ({ backend, killable, open }) => {
  const page = await open();
  await startRun(page);
  await page.evaluate(async () => {
    run.log_metric('loss', 1);
    await run.flush();
  });
  const files = await killable.databaseFiles();
  const beginnings = await Promise.all(files.map(async (file) => (await readFile(file)).toString('latin1', 0, 15)));
  const kinds = {
    leveldb: files.filter((file) => /\.leveldb\/MANIFEST-/.test(file)).length,
    sqlite: beginnings.filter((beginning) => beginning === 'SQLite format 3').length,
  };
  expect(kinds, files.join('\n')).toEqual({ leveldb: 0, sqlite: 0, [backend]: 1 });
});
