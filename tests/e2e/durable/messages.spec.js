// What one tab commits reaches the others soon, as little more than the news itself; nonsense on the channel is ignored.
import { commitElsewhere, expect, startRun, test } from '../fixtures/durable.js';

/** Counts what `page` reads of IndexedDB: requests, and bytes of points in their answers. */
function countReads(page) {
  return page.evaluate(() => {
    globalThis.reads = { requests: 0, bytes: 0 };
    for (const [type, names] of [
      [IDBObjectStore, ['get', 'getAll', 'getKey', 'getAllKeys', 'count', 'openCursor']],
      [IDBIndex, ['get', 'getAll', 'openCursor']],
    ]) {
      for (const name of names) {
        const original = type.prototype[name];
        type.prototype[name] = function (...args) {
          const request = original.apply(this, args);
          reads.requests += 1;
          request.addEventListener('success', () => {
            for (const record of [request.result].flat()) reads.bytes += record?.points?.byteLength ?? 0;
          });
          return request;
        };
      }
    }
  });
}

/**
 * How long it takes until what `writer` commits by itself has been read by `watcher`, told by a message: what no library can do without,
 * and takes longer on a machine that is busy.
 */
async function bareDelay(writer, watcher) {
  for (const page of [writer, watcher]) await commitElsewhere(page);
  await watcher.evaluate(() => {
    globalThis.arrived = new Promise((resolve) => {
      const channel = new BroadcastChannel('elsewhere');
      channel.onmessage = () => {
        channel.close();
        elsewhere.transaction('store').objectStore('store').get('key').onsuccess = () => resolve(Date.now());
      };
    });
  });
  const begun = await writer.evaluate(() => {
    const transaction = elsewhere.transaction('store', 'readwrite');
    transaction.objectStore('store').put(new Float64Array(100), 'key');
    transaction.oncomplete = () => {
      const channel = new BroadcastChannel('elsewhere');
      channel.postMessage('committed');
      channel.close();
    };
    return Date.now();
  });
  return (await watcher.evaluate(() => arrived)) - begun;
}

const median = (delays) => delays.toSorted((one, other) => one - other)[Math.floor((delays.length - 1) / 2)];

test('points reach another tab within 250 ms, and only the new ones are read', async ({ open }) => {
  const writer = await open();
  const runId = await startRun(writer);
  await writer.evaluate(async () => {
    run.log_series('loss', Float64Array.from({ length: 100_000 }, (_, index) => index / 3), 0);
    await run.flush();
  });
  const watcher = await open();
  await watcher.evaluate(async (runId) => {
    globalThis.storage = await entrenar.WasmStorage.open();
    globalThis.heard = undefined;
    await storage.get_metrics(runId, 'loss');
    storage.subscribe(async (change) => {
      if (change.kind !== 'metrics') return;
      const { value } = await storage.get_metrics(runId, 'loss');
      if (value.at(-1) < 0) globalThis.heard = { at: Date.now(), count: value.length };
    });
  }, runId);
  await countReads(watcher);
  const [delays, bare] = [[], []];
  for (let round = 1; round <= 10; round += 1) {
    await watcher.evaluate(() => {
      globalThis.heard = undefined;
      Object.assign(reads, { requests: 0, bytes: 0 });
    });
    const logged = await writer.evaluate(() => {
      run.log_metric('loss', -1);
      return Date.now();
    });
    await watcher.waitForFunction(() => heard !== undefined, undefined, { polling: 10 });
    const { heard, reads } = await watcher.evaluate(() => ({ heard, reads }));
    expect(heard.count).toBe(100_000 + round);
    delays.push(heard.at - logged);
    // A run record, its row; never the hundred thousand points again.
    expect(reads.requests).toBeLessThanOrEqual(8);
    expect(reads.bytes).toBeGreaterThan(0);
    expect(reads.bytes).toBeLessThan(1_000);
    bare.push(await bareDelay(writer, watcher));
  }
  test.info().annotations.push({ type: 'delays', description: `${delays.join(', ')} ms; bare ${bare.join(', ')} ms` });
  // It commits, tells and reads as often as the bare way does, or a few times as often.
  expect(median(delays), `${delays}; bare ${bare}`).toBeLessThan(250 + 3 * median(bare));
});

test('messages that are none, or of another version, are ignored', async ({ open }) => {
  const page = await open();
  const runId = await startRun(page);
  await page.evaluate(async () => {
    run.log_metric('loss', 1);
    await run.flush();
    globalThis.storage = await entrenar.WasmStorage.open();
    globalThis.changes = [];
    storage.subscribe((change) => changes.push(change));
  });
  const other = await open();
  await other.evaluate((runId) => {
    const channel = new BroadcastChannel('entrenar:entrenar');
    const committed = { format: 1, kind: 'committed', experiment_ids: [], run_ids: [] };
    const cyclic = {};
    cyclic.self = cyclic;
    for (const message of [
      null, undefined, 0, NaN, '', 'committed', true, 10n, [], {}, cyclic, new Date(), new Map(), new ArrayBuffer(8), /x/, new Error('x'),
      { ...committed, format: 2, run_ids: [runId] },
      { ...committed, format: '1', run_ids: [runId] },
      { ...committed, format: {} },
      { ...committed, kind: undefined },
      { ...committed, kind: 'deleted', run_ids: [runId] },
      { ...committed, kind: { toString: 1 } },
      { ...committed, run_ids: 'run-0' },
      { ...committed, run_ids: { length: 5 } },
      { ...committed, run_ids: [null, 7, {}, [], undefined, 'x'.repeat(1_000_000), '', '\ud800', '__proto__', 'run-999999'] },
      { ...committed, experiment_ids: [null, 'exp-999999', '__proto__', Infinity] },
      { ...committed, kind: 'left', run_ids: ['run-999999'] },
      { format: 1, kind: 'left' },
      { format: 1, kind: 'committed' },
    ]) channel.postMessage(message);
    channel.close();
  }, runId);
  // A real message behind them: once it has come, they have too.
  await other.evaluate(async () => (await entrenar.WasmRun.new('behind')).free());
  await page.waitForFunction(() => changes.some(({ kind }) => kind === 'run'));
  const after = await page.evaluate(async (runId) => {
    run.log_metric('loss', 2);
    await run.flush();
    const { value } = await storage.get_metrics(runId, 'loss');
    return { kinds: changes.map(({ kind }) => kind).filter((kind) => /deleted|lost|degraded/.test(kind)), value: Array.from(value) };
  }, runId);
  expect(after).toEqual({ kinds: [], value: [1, 2] });
});
