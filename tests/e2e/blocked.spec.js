// A database that another tab holds on to: opening says so after a while, and a tracker's own tab lets go by itself.
import { expect, test } from './fixtures/test.js';

test('opening a database that another tab does not let go of is refused in time, and works when it has', async ({ open }) => {
  const [holder, page] = [await open(), await open()];
  await holder.evaluate(async () => {
    await (await entrenar.WasmStorage.open()).close();
    const request = indexedDB.open('entrenar');
    globalThis.held = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  });
  const code = await page.evaluate(async () => {
    indexedDB.deleteDatabase('entrenar');
    return entrenar.WasmRun.new('waits').then(
      () => 'opened',
      (error) => error.code,
    );
  });
  expect(code).toBe('Blocked');
  await holder.evaluate(() => held.close());
  const runId = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('waits');
    run.log_metric('loss', 1);
    await run.finish();
    return run.run_id();
  });
  expect(runId).toBe('run-0');
});

test('a tab that logs lets go of a database that another one deletes, and writes its run again', async ({ open }) => {
  const [writer, other] = [await open(), await open()];
  await writer.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('goes on');
    for (let index = 0; index < 100; index += 1) run.log_metric('loss', index);
    await run.flush();
  });
  await other.evaluate(
    () => new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase('entrenar');
      request.onsuccess = resolve;
      request.onerror = reject;
    }),
  );
  const values = await writer.evaluate(async () => {
    for (let index = 100; index < 200; index += 1) run.log_metric('loss', index);
    await run.finish();
    return run.run_id();
  }).then((runId) => other.evaluate(async (runId) => {
    const storage = await entrenar.WasmStorage.open();
    return Array.from((await storage.get_metrics(runId, 'loss')).value);
  }, runId));
  expect(values).toEqual(Array.from({ length: 200 }, (_, index) => index));
});
