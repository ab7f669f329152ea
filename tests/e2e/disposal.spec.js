// `using run = …` and `await using run = …`.
import { expect, test } from './fixtures/test.js';

test('await using finishes the run and waits until it is on disk; using ends it too', async ({ open }) => {
  const page = await open();
  // As a function's text: the engine that runs this file need not know the syntax.
  const seen = await page.evaluate(`(async () => {
    const { WasmRun, WasmStorage } = entrenar;
    const held = [];
    {
      const run = await WasmRun.new('using');
      run.log({ loss: 1 });
      held.push(run);
      await run[Symbol.asyncDispose]();
    }
    const other = await WasmRun.new('using');
    held.push(other);
    other[Symbol.dispose]();
    const failed = await WasmRun.new('using');
    held.push(failed);
    failed.fail();
    await failed[Symbol.asyncDispose]();
    await failed[Symbol.asyncDispose]();
    failed[Symbol.dispose]();
    const deleted = await WasmRun.new('using');
    const storage = await WasmStorage.open();
    await storage.delete_run(deleted.run_id());
    const gone = await deleted[Symbol.asyncDispose]().then(() => 'worked', ({ code }) => code);
    const codes = held.map((run) => { try { return run.status(); } catch ({ code }) { return code; } });
    const detached = await WasmRun.prototype[Symbol.asyncDispose].call({}).then(() => 'worked', ({ code }) => code);
    const reader = await WasmStorage.open();
    await reader[Symbol.asyncDispose]();
    return { codes, gone, detached };
  })()`);
  expect(seen).toEqual({ codes: ['Freed', 'Freed', 'Freed'], gone: 'RunDeleted', detached: 'InvalidArgument' });
  const reader = await open();
  const statuses = () => reader.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    await storage.refresh();
    return storage.list_runs('exp-0').map((id) => `${storage.run(id).status} ${storage.run(id).metrics.length}`);
  });
  await expect.poll(statuses).toEqual(['Success 1', 'Success 0', 'Failed 0']);
});

test('an engine without Symbol.dispose loads the package, and runs work', async ({ context, site, problems }) => {
  void problems;
  const page = await context.newPage();
  await page.addInitScript(() => {
    const real = Symbol;
    const older = (description) => real(description);
    const { dispose, asyncDispose, length, name, ...known } = Object.getOwnPropertyDescriptors(real);
    globalThis.Symbol = Object.defineProperties(older, known);
  });
  await page.goto(site.blank);
  await page.waitForFunction(() => 'entrenar' in globalThis);
  expect(await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('old engine');
    run.log({ loss: 1 });
    await run.finish();
    return [Symbol.asyncDispose, run.status()];
  })).toEqual([undefined, 'Success']);
});
