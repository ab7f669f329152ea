// Contents of artifacts take space as long as a run refers to them, and one that does not fit stops nothing else.
import { expect, openIn, startRun, test } from '../fixtures/durable.js';
import { Site } from '../fixtures/site.js';

/** How many records the store of contents has. */
const contents = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('entrenar');
        opening.onerror = reject;
        opening.onsuccess = () => {
          const counting = opening.result.transaction('artifacts').objectStore('artifacts').count();
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      }),
  );

test('a checkpoint logged thirty times is stored once, and not at all when its run is deleted', async ({ open }) => {
  const page = await open();
  const id = await startRun(page, 'checkpoints');
  await page.evaluate(async () => {
    for (let index = 0; index < 30; index += 1) {
      run.log_artifact('checkpoint', new Uint8Array(1_000).fill(index));
      await run.flush();
    }
  });
  expect(await contents(page)).toBe(1);
  expect(await page.evaluate(async () => [...(await run.get_artifact('checkpoint'))].slice(0, 2))).toEqual([29, 29]);
  await page.evaluate(async (id) => (await entrenar.WasmStorage.open()).delete_run(id), id);
  expect(await contents(page)).toBe(0);
});

test('a content that two runs share stays until the second one is deleted', async ({ context, site, open }) => {
  const page = await open();
  const ids = await page.evaluate(async () => {
    const ids = [];
    for (let index = 0; index < 2; index += 1) {
      const run = await entrenar.WasmRun.new('shared');
      run.log_artifact('model', new TextEncoder().encode('same'));
      await run.finish();
      ids.push(run.run_id());
    }
    return ids;
  });
  const other = await openIn(context, site.blank);
  const remove = (id) => other.evaluate(async (id) => (await entrenar.WasmStorage.open()).delete_run(id), id);
  expect(await contents(page)).toBe(1);
  await remove(ids[0]);
  expect(await contents(page)).toBe(1);
  await remove(ids[1]);
  expect(await contents(page)).toBe(0);
});

test('an artifact that cannot fit stops no other run, and is dropped with its own', async ({ context }) => {
  const controller = await context.newCDPSession(await context.newPage());
  const site = await Site.start();
  await controller.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: 4_000_000 });
  const page = await openIn(context, site.blank);
  const outcome = await page.evaluate(async () => {
    const code = (promise) => promise.then(() => 'written', (error) => error.code);
    const large = await entrenar.WasmRun.new('large');
    const small = await entrenar.WasmRun.new('small');
    const bytes = new Uint8Array(8_000_000);
    for (let index = 0; index < bytes.length; index += 65_536) crypto.getRandomValues(bytes.subarray(index, index + 65_536));
    large.log_artifact('model', bytes);
    large.log_metric('a', 1);
    const first = await code(large.flush());
    const points = large.pending_points();
    small.log_metric('a', 1);
    const second = await code(small.flush());
    await (await entrenar.WasmStorage.open()).delete_run(large.run_id());
    small.log_metric('a', 2);
    return { first, points, second, third: await code(small.flush()), pending: small.pending_points() };
  });
  expect(outcome).toEqual({ first: 'QuotaExceeded', points: 0, second: 'written', third: 'written', pending: 0 });
  await site.stop();
});

test('a full disk at the first opening is called by its name', async ({ context }) => {
  const controller = await context.newCDPSession(await context.newPage());
  const site = await Site.start();
  await controller.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: 1_000 });
  const page = await openIn(context, site.blank);
  expect(await page.evaluate(() => entrenar.WasmRun.new('full').then(() => 'opened', (error) => error.code))).toBe('QuotaExceeded');
  await site.stop();
});
