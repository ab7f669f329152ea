// Going on with a run: in this tab, in another one, or from a worker that said its id.
import { expect, test } from './fixtures/test.js';

test('resume_or_new resumes a run that goes on, and begins one when it ended, was deleted or is not there', async ({ open }) => {
  const page = await open();
  const ids = await page.evaluate(async () => {
    const { WasmRun, WasmStorage } = entrenar;
    const ids = [];
    const next = async (id) => {
      const run = await WasmRun.resume_or_new(id, 'long', { tags: { kind: 'new' }, run_name: 'given' });
      ids.push(run.run_id());
      return run;
    };
    const first = await next(null);
    await next(first.run_id());
    first.finish();
    const second = await next(first.run_id());
    const storage = await WasmStorage.open();
    await storage.delete_run(second.run_id());
    const third = await next(second.run_id());
    await third.fail();
    await next(third.run_id());
    await next('run-99');
    await next(undefined);
    ids.push(storage.run(third.run_id()).tags.kind, storage.run(third.run_id()).run_name);
    return ids;
  });
  expect(ids).toEqual(['run-0', 'run-0', 'run-1', 'run-2', 'run-3', 'run-4', 'run-5', 'new', 'given']);
});

test('resume and resume_or_new in the tab that owns the run see that another tab deleted it, though no message came', async ({ open }) => {
  const [owner, other] = [await open(), await open()];
  const id = await owner.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('deleted elsewhere');
    run.log({ loss: 1 });
    await run.flush();
    return run.run_id();
  });
  await other.evaluate(async (id) => {
    const storage = await entrenar.WasmStorage.open();
    BroadcastChannel.prototype.postMessage = () => {};
    await storage.delete_run(id);
  }, id);
  const seen = await owner.evaluate(async (id) => {
    const resumed = await entrenar.WasmRun.resume(id).then(() => 'worked', ({ code }) => code);
    const next = await entrenar.WasmRun.resume_or_new(id, 'deleted elsewhere');
    return { resumed, isNew: next.run_id() !== id, points: next.list_metric_keys() };
  }, id);
  expect(seen).toEqual({ resumed: 'RunNotFound', isNew: true, points: [] });
});

test('two tabs that resume_or_new one run at once leave one writer, and no other run', async ({ open }) => {
  const first = await open();
  const id = await first.evaluate(async () => {
    const run = await entrenar.WasmRun.new('raced');
    await run.flush();
    const id = run.run_id();
    run.free();
    return id;
  });
  const tabs = [await open(), await open()];
  const outcomes = await Promise.all(tabs.map((tab) => tab.evaluate(async (id) => {
    try {
      globalThis.run = await entrenar.WasmRun.resume_or_new(id, 'raced');
      return run.run_id();
    } catch ({ code }) {
      return code;
    }
  }, id)));
  for (const outcome of outcomes) expect([id, 'RunTakenOver']).toContain(outcome);
  expect(outcomes).toContain(id);
  const runs = await first.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    await storage.refresh();
    return storage.list_runs('exp-0');
  });
  expect(runs).toEqual([id]);
});

test('a run whose id a worker posted can be read once refresh() has resolved', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    // As if the message of the library itself were late.
    const source = `
      globalThis.BroadcastChannel = undefined;
      const { default: init, WasmRun } = await import('${location.origin}/pkg/entrenar.js');
      await init();
      for (let index = 0; index < 20; index += 1) {
        const run = await WasmRun.new('in a worker');
        run.log({ loss: index });
        await run.flush();
        postMessage(run.run_id());
        await new Promise((resolve) => { onmessage = resolve; });
      }`;
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })), { type: 'module' });
    let unknown = 0;
    const values = [];
    for (let index = 0; index < 20; index += 1) {
      const { data: id } = await new Promise((resolve) => {
        worker.onmessage = resolve;
      });
      try {
        storage.run(id);
      } catch ({ code, message }) {
        if (code === 'RunNotFound' && message.includes('storage.refresh()')) unknown += 1;
      }
      await storage.refresh();
      values.push(storage.run(id).metrics[0].count && (await storage.get_metrics(id, 'loss')).value[0]);
      worker.postMessage('next');
    }
    worker.terminate();
    await storage.close();
    const closed = await storage.refresh().then(() => 'worked', ({ code }) => code);
    return { unknown, values, closed };
  });
  expect(seen).toEqual({ unknown: 20, values: Array.from({ length: 20 }, (_, index) => index), closed: 'InvalidState' });
});
