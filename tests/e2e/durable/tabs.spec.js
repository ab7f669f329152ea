// Several tabs on one database: each sees what the others log, and none gets in another's way.
import { expect, loaded, readSeries, test } from '../fixtures/durable.js';

test('a second tab is told of the points that the first one logs, and can read them', async ({ open }) => {
  const [writer, watcher] = [await open(), await open()];
  await watcher.evaluate(async () => {
    globalThis.storage = await entrenar.WasmStorage.open();
    globalThis.changes = [];
    globalThis.unsubscribe = storage.subscribe((change) => changes.push(change));
  });
  const runId = await writer.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('watched');
    for (let index = 0; index < 100; index += 1) run.log_metric('loss', index);
    return run.run_id();
  });
  const seen = () => watcher.evaluate(async (runId) => {
    if (changes.length === 0 || !storage.list_runs('exp-0').includes(runId)) return 0;
    if (!storage.list_metric_keys(runId).includes('loss')) return 0;
    return (await storage.get_metrics(runId, 'loss')).value.length;
  }, runId);
  await expect.poll(seen).toBe(100);

  await writer.evaluate(() => {
    for (let index = 100; index < 250; index += 1) run.log_metric('loss', index);
  });
  await expect.poll(seen).toBe(250);

  await writer.evaluate(() => run.finish());
  await expect.poll(() => watcher.evaluate((runId) => storage.run(runId).status, runId)).toBe('Success');

  // Unsubscribed, it hears nothing more, while the writer's own points still arrive in the database.
  const heard = await watcher.evaluate(() => {
    unsubscribe();
    return changes.length;
  });
  const next = await writer.evaluate(async () => {
    const run = await entrenar.WasmRun.new('watched');
    run.log_metric('loss', 1);
    await run.finish();
    return run.run_id();
  });
  expect(await readSeries(watcher, next, 'loss')).toEqual({ steps: [0], values: [1] });
  expect(await watcher.evaluate(() => changes.length)).toBe(heard);
});

test('a storage is told of the changes of its own tab', async ({ open }) => {
  const page = await open();
  await page.evaluate(async () => {
    globalThis.storage = await entrenar.WasmStorage.open();
    globalThis.changes = [];
    storage.subscribe((change) => changes.push(change));
    const run = await entrenar.WasmRun.new('own');
    run.log_metric('loss', 1);
    await run.finish();
  });
  await page.waitForFunction(() => changes.length > 0);
  await expect
    .poll(() => page.evaluate(async () => Array.from((await storage.get_metrics('run-0', 'loss')).value)))
    .toEqual([1]);
});

test('tabs that log at the same time keep each their own points', async ({ open }) => {
  const pages = [await open(), await open(), await open()];
  const ids = await Promise.all(
    pages.map((page, index) =>
      page.evaluate(async (index) => {
        globalThis.run = await entrenar.WasmRun.new('side by side');
        for (let round = 0; round < 20; round += 1) {
          for (let point = 0; point < 500; point += 1) run.log_metric('loss', index * 10_000 + round * 500 + point);
          await run.flush();
        }
        return run.run_id();
      }, index),
    ),
  );
  await pages[0].reload();
  await loaded(pages[0]);
  for (const [index, runId] of ids.entries()) {
    const { values } = await readSeries(pages[0], runId, 'loss');
    expect(values).toEqual(Array.from({ length: 10_000 }, (_, point) => index * 10_000 + point));
  }
});

test('databases with different names know nothing of each other', async ({ open }) => {
  const page = await open();
  const ids = await page.evaluate(async () => {
    const runs = [];
    for (const database of ['first', 'second']) {
      const run = await entrenar.WasmRun.new('x', { database });
      run.log_metric('loss', 1);
      await run.finish();
      runs.push([run.run_id(), (await entrenar.WasmStorage.open({ database })).list_runs('exp-0')]);
    }
    return [...runs, (await entrenar.WasmStorage.open()).list_experiments()];
  });
  expect(ids).toEqual([['run-0', ['run-0']], ['run-0', ['run-0']], []]);
});

test('tags and a name that another tab gives and takes reach the run while it goes on, beside its own', async ({ open }) => {
  const [writer, other] = [await open(), await open()];
  const runId = await writer.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('tagged', { tags: { stage: 'warm-up', old: 'yes' } });
    run.log_metric('loss', 1);
    await run.flush();
    return run.run_id();
  });
  await other.evaluate(async (runId) => {
    globalThis.storage = await entrenar.WasmStorage.open();
    await storage.set_tag(runId, 'verdict', 'promising');
    await storage.remove_tag(runId, 'old');
    await storage.rename_run(runId, 'ada');
  }, runId);
  // Its own tag, set before it heard of the other's, and points behind.
  await writer.evaluate(async () => {
    run.set_tag('stage', 'main');
    run.log_metric('loss', 0.5);
    await run.flush();
    run.log_metric('loss', 0.25);
    await run.finish();
  });
  const page = await open();
  const { run, values } = await page.evaluate(async (runId) => {
    const storage = await entrenar.WasmStorage.open();
    return { run: storage.run(runId), values: Array.from((await storage.get_metrics(runId, 'loss')).value) };
  }, runId);
  expect(run.tags).toEqual({ stage: 'main', verdict: 'promising' });
  expect(run.run_name).toBe('ada');
  expect(values).toEqual([1, 0.5, 0.25]);
});

test('the rest of a series is read from a place on', async ({ open }) => {
  const page = await open();
  const rest = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('rest');
    run.log_series('loss', Float64Array.from({ length: 10_000 }, (_, index) => index));
    run.log_metric_at('late', 5, 5);
    run.log_metric_at('late', 3, 3);
    await run.finish();
    const storage = await entrenar.WasmStorage.open();
    const from = async (key, first) => {
      const { step, value, timestamp } = await storage.get_metrics_from(run.run_id(), key, first);
      return [Array.from(step), Array.from(value), timestamp.length];
    };
    return [await from('loss', 9_998), await from('loss', 10_000), await from('late', 1), await from('none', 0)];
  });
  expect(rest).toEqual([
    [[9_998, 9_999], [9_998, 9_999], 2],
    [[], [], 0],
    [[5], [5], 1],
    [[], [], 0],
  ]);
});
