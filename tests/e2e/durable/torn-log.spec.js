// A browser killed in the middle of a write leaves half a record at the end of LevelDB's log. LevelDB appends to it as it lies,
// and Chromium, which takes that for damage, deletes every database of the site at its next start but one.
import { appendFile } from 'node:fs/promises';
import { expect, openIn, readSeries, startRun, test, upTo } from '../fixtures/durable.js';

const COUNT = 10_000;
/** The head of a record of 129 bytes: checksum, length, type. */
const HEAD = Uint8Array.of(0x8e, 0xee, 0x12, 0x34, 129, 0, 1);

const logs = async (killable) => (await killable.databaseFiles()).filter((file) => file.endsWith('.log'));

/** Kills the browser in the middle of a write; returns the torn log. */
async function killInWrite(killable) {
  await killable.kill();
  const [log, ...others] = await logs(killable);
  expect(others).toEqual([]);
  await appendFile(log, HEAD);
  return log;
}

/** What a page does in the session after the kill. */
const SESSIONS = {
  'begins another run': async (page) => {
    await startRun(page, 'another');
    await page.evaluate(() => {
      run.log_metric('loss', 1);
      return run.flush();
    });
  },
  'resumes the run': (page, runId) =>
    page.evaluate(async (runId) => {
      globalThis.run = await entrenar.WasmRun.resume(runId);
      run.log_metric('loss', 10_000 / 3);
      await run.flush();
    }, runId),
  // LevelDB begins a new log in the background, and drops the matter when the database is closed before.
  'opens the database and closes it at once': (page) => page.evaluate(async () => (await entrenar.WasmStorage.open()).close()),
  'renames the run': (page, runId) =>
    page.evaluate(async (runId) => {
      const storage = await entrenar.WasmStorage.open();
      await storage.rename_run(runId, 'torn');
    }, runId),
};

for (const ending of ['goes on', 'has just ended']) {
  for (const [name, session] of Object.entries(SESSIONS)) {
    if (ending === 'has just ended' && name === 'resumes the run') continue;
    test(`a kill in the middle of a write loses nothing when the next page ${name}; the run ${ending}`, async ({ killable, site }) => {
      let page = await openIn(await killable.start(), site.blank);
      const runId = await startRun(page);
      await page.evaluate(async ([count, ending]) => {
        for (let index = 0; index < count; index += 1) {
          run.log_metric('loss', index / 3);
          if (index % 1_000 === 0) await run.flush();
        }
        // What is killed in the middle of a write when the run has ended is its compaction: it comes to nothing here.
        const { getAll } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.getAll = function (...range) {
          return getAll.apply(this, this.name === 'points' ? [IDBKeyRange.only('nothing')] : range);
        };
        await (ending === 'goes on' ? run.flush() : run.finish());
      }, [COUNT, ending]);

      const torn = await killInWrite(killable);
      page = await openIn(await killable.start(), site.blank);
      await session(page, runId);
      // LevelDB puts it away in the background, when it has written down what is in it: on a busy machine that takes its time.
      await expect.poll(() => logs(killable), { timeout: 40_000 }).not.toContain(torn);
      await killable.kill();

      page = await openIn(await killable.start(), site.blank);
      const { steps, values } = await readSeries(page, runId, 'loss');
      const count = COUNT + Number(name === 'resumes the run');
      expect(steps).toEqual(upTo(count));
      expect(values).toEqual(upTo(count).map((index) => index / 3));
      expect(await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))).toEqual(['entrenar']);
    });
  }
}

test('a database that bears the name of the one for mending is not touched', async ({ killable, site }) => {
  const options = { database: 'entrenar (mending)' };
  let page = await openIn(await killable.start(), site.blank);
  const runId = await startRun(page);
  await page.evaluate(async (options) => {
    const other = await entrenar.WasmRun.new('other', options);
    other.log_metric('loss', 0.5);
    await other.finish();
  }, options);
  await killable.kill();
  page = await openIn(await killable.start(), site.blank);
  expect(await page.evaluate(async () => (await entrenar.WasmStorage.open()).list_runs('exp-0'))).toEqual([runId]);
  expect(await readSeries(page, 'run-0', 'loss', options)).toEqual({ steps: [0], values: [0.5] });
});

test('what a kill left is mended once, not at every opening', async ({ killable, site }) => {
  const page = await openIn(await killable.start(), site.blank);
  await startRun(page);
  const meta = (page, field) =>
    page.evaluate(
      (field) =>
        new Promise((resolve, reject) => {
          const opening = indexedDB.open('entrenar');
          opening.onsuccess = () => {
            const transaction = opening.result.transaction('meta', 'readwrite');
            const store = transaction.objectStore('meta');
            const reading = store.get('database');
            reading.onsuccess = () => store.put({ ...reading.result, ...field }, 'database');
            transaction.oncomplete = () => {
              opening.result.close();
              resolve(reading.result);
            };
            transaction.onabort = () => reject(transaction.error);
          };
        }),
      field,
    );
  // What newer code that is compatible with this one put there.
  const before = await meta(page, { hue: 'teal' });
  await killInWrite(killable);
  const context = await killable.start();
  const opened = [];
  for (let round = 0; round < 3; round += 1) {
    const page = await openIn(context, site.blank);
    opened.push(
      await page.evaluate(async () => {
        const names = [];
        const { open } = IDBFactory.prototype;
        IDBFactory.prototype.open = function (name, ...rest) {
          names.push(name);
          return open.call(this, name, ...rest);
        };
        await (await entrenar.WasmStorage.open()).close();
        return names;
      }),
    );
    await page.close();
  }
  expect(await meta(await openIn(context, site.blank))).toEqual({ ...before, hue: 'teal', mended_ms: expect.any(Number) });
  expect(opened).toEqual([['entrenar', 'entrenar (mending)'], ['entrenar'], ['entrenar']]);
});
