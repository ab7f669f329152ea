// A connection that dies may leave a transaction without any answer: after a while it counts as lost, and what it was for is done
// again on a new one, once.
import { expect, loaded, readSeries, test } from './fixtures/test.js';

/** More than a transaction may go without an answer. */
const LONG_MS = 21_000;
/** Less than that. */
const SHORT_MS = 15_000;

/**
 * What may become of a transaction whose answers do not come. In each a function for the page: it is given the next transaction of
 * a mode, and has it stay silent.
 */
const FATES = {
  'committed without a word': (transaction) => {
    const mute = (target, events) => {
      for (const event of events) Object.defineProperty(target, event, { set() {}, get: () => null });
      return target;
    };
    mute(transaction, ['oncomplete', 'onabort', 'onerror']);
    const { objectStore } = transaction;
    transaction.objectStore = (name) => {
      const store = objectStore.call(transaction, name);
      for (const method of ['put', 'add', 'delete', 'getAll', 'getAllKeys']) {
        store[method] = (...args) => mute(IDBObjectStore.prototype[method].apply(store, args), ['onsuccess', 'onerror']);
      }
      return store;
    };
  },
  'never begun': (transaction) => {
    transaction.abort();
    transaction.commit = () => {};
    transaction.objectStore = () => Object.fromEntries(['put', 'add', 'delete', 'getAll', 'getAllKeys'].map((method) => [method, () => ({})]));
    for (const event of ['oncomplete', 'onabort', 'onerror']) Object.defineProperty(transaction, event, { set() {}, get: () => null });
  },
};

/** Has the next transaction of `mode` in `page` meet its fate. */
function silenceNext(page, fate, mode) {
  return page.evaluate(([fate, mode]) => {
    const { transaction } = IDBDatabase.prototype;
    globalThis.silenced = 0;
    IDBDatabase.prototype.transaction = function (stores, as, ...rest) {
      const begun = transaction.call(this, stores, as, ...rest);
      if ((as ?? 'readonly') !== mode) return begun;
      IDBDatabase.prototype.transaction = transaction;
      silenced += 1;
      (0, eval)(fate)(begun);
      return begun;
    };
  }, [String(FATES[fate]), mode]);
}

/** Begins `operation` in `page`; `settled(page)` says how it ended. */
function begin(page, operation) {
  return page.evaluate((operation) => {
    globalThis.outcome = undefined;
    (0, eval)(operation)().then(
      (value) => (globalThis.outcome = { value: value ?? null }),
      (error) => (globalThis.outcome = { code: error.code ?? String(error) }),
    );
  }, String(operation));
}

/** A page in whose hands the time is, with a run of ten points. */
async function openTimed(open) {
  const page = await open();
  await page.clock.install();
  // The package takes its timers when it is loaded.
  await page.reload();
  await loaded(page);
  const runId = await page.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('unanswered');
    for (let index = 0; index < 10; index += 1) run.log_metric('loss', index / 3);
    await run.flush();
    return run.run_id();
  });
  return { page, runId };
}

const upTo = (count) => Array.from({ length: count }, (_, index) => index);

for (const fate of Object.keys(FATES)) {
  test(`a flush ${fate} is not waited for without end, and its points are there once`, async ({ open }) => {
    const { page, runId } = await openTimed(open);
    await silenceNext(page, fate, 'readwrite');
    await page.evaluate(() => {
      for (let index = 10; index < 20; index += 1) run.log_metric('loss', index / 3);
    });
    await begin(page, () => run.flush());
    await expect.poll(() => page.evaluate(() => silenced)).toBe(1);
    await page.clock.fastForward(SHORT_MS);
    // Training goes on, and nothing is taken for saved.
    const [outcome, pending] = await page.evaluate(() => {
      for (let index = 20; index < 30; index += 1) run.log_metric('loss', index / 3);
      return [globalThis.outcome, run.pending_points()];
    });
    expect(outcome).toBeUndefined();
    expect(pending).toBe(20);
    await page.clock.fastForward(LONG_MS - SHORT_MS);
    await expect.poll(() => page.evaluate(() => globalThis.outcome)).toEqual({ value: null });
    await page.evaluate(() => run.flush());
    expect(await page.evaluate(() => run.pending_points())).toBe(0);
    const reader = await open();
    expect(await readSeries(reader, runId, 'loss')).toEqual({ steps: upTo(30), values: upTo(30).map((index) => index / 3) });
  });

  for (const [what, mode, operation, expected] of [
    ['reading points', 'readonly', async () => (await storage.get_metrics('run-0', 'loss')).value.length, { value: 10 }],
    ['renaming a run', 'readwrite', () => storage.rename_run('run-0', 'named'), { value: null }],
    ['deleting a run', 'readwrite', () => storage.delete_run('run-0'), { value: null }],
    ['resuming a run', 'readwrite', async () => (await entrenar.WasmRun.resume('run-0')).current_step('loss'), { value: 10 }],
  ]) {
    test(`${what}, ${fate}, is done after all`, async ({ open }) => {
      await openTimed(open);
      const page = await open();
      await page.clock.install();
      await page.evaluate(async () => void (globalThis.storage = await entrenar.WasmStorage.open()));
      await silenceNext(page, fate, mode);
      await begin(page, operation);
      await expect.poll(() => page.evaluate(() => silenced)).toBe(1);
      await page.clock.fastForward(LONG_MS);
      await expect.poll(() => page.evaluate(() => globalThis.outcome)).toEqual(expected);
      const reader = await open();
      const found = await reader.evaluate(async () => {
        const storage = await entrenar.WasmStorage.open();
        return storage.list_runs('exp-0').map((id) => [storage.run(id).run_name ?? null, storage.run(id).metrics[0].count]);
      });
      const left = { 'renaming a run': [['named', 10]], 'deleting a run': [] }[what];
      expect(found).toEqual(left ?? [[null, 10]]);
    });
  }

  test(`opening a database, its first look ${fate}, works after all`, async ({ open }) => {
    await openTimed(open);
    const page = await open();
    await page.clock.install();
    await silenceNext(page, fate, 'readonly');
    await begin(page, async () => (await entrenar.WasmStorage.open()).list_runs('exp-0').length);
    await expect.poll(() => page.evaluate(() => silenced)).toBe(1);
    await page.clock.fastForward(LONG_MS);
    await expect.poll(() => page.evaluate(() => globalThis.outcome)).toEqual({ value: 1 });
  });
}
