// Much at once: it works, or is refused with an error that says so, and the page stays alive.
import { expect, loaded, test } from './fixtures/test.js';

test.describe.configure({ timeout: 120_000 });

test('ten million points in one call are stored, read in part, and too many for one JSON text', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('large');
    const values = Float64Array.from({ length: 10_000_000 }, (_, index) => index / 3);
    values[7_654_321] = 1e9;
    run.log_series('loss', values);
    const refused = (() => {
      try {
        return run.get_metrics_json().length;
      } catch (error) {
        return [error.name, error.code];
      }
    })();
    await run.finish();
    const storage = await entrenar.WasmStorage.open();
    const { step, value } = await storage.get_metrics_downsampled(run.run_id(), 'loss', 2_000);
    const rest = await storage.get_metrics_from(run.run_id(), 'loss', 9_999_998);
    return {
      refused,
      pending: run.pending_points(),
      count: step.length,
      spike: step[value.indexOf(1e9)],
      ends: [step[0], step[step.length - 1]],
      rest: [Array.from(rest.step), Array.from(rest.value)],
    };
  });
  expect(seen.refused).toEqual(['RangeError', 'InvalidArgument']);
  expect(seen.pending).toBe(0);
  expect(seen.count).toBeLessThanOrEqual(2_000);
  expect(seen.spike).toBe(7_654_321);
  expect(seen.ends).toEqual([0, 9_999_999]);
  expect(seen.rest).toEqual([
    [9_999_998, 9_999_999],
    [9_999_998 / 3, 9_999_999 / 3],
  ]);
});

test('ten thousand keys, each a kilobyte long, are stored and listed', async ({ open }) => {
  const page = await open();
  await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('keys');
    for (let key = 0; key < 10_000; key += 1) run.log_metric(String(key).padEnd(1_024, 'ü'), key);
    await run.finish();
  });
  await page.reload();
  await loaded(page);
  const seen = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const keys = storage.list_metric_keys('run-0');
    const { value } = await storage.get_metrics('run-0', keys[9_999]);
    return [keys.length, keys[1].length, Array.from(value)];
  });
  expect(seen).toEqual([10_000, 1_024, [9_999]]);
});

test('an artifact of a hundred megabytes is stored; one too large is refused', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('artifacts');
    const bytes = new Uint8Array(100 << 20);
    bytes[bytes.length - 1] = 7;
    const hash = run.log_artifact('weights', bytes);
    let refused;
    try {
      run.log_artifact('too large', new Uint8Array(300 << 20));
    } catch (error) {
      refused = [error.name, error.code];
    }
    run.log_metric('loss', 1);
    await run.finish();
    return { hash, refused };
  });
  await page.reload();
  await loaded(page);
  const back = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const bytes = await storage.get_artifact('run-0', 'weights');
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  });
  expect(back).toBe(seen.hash);
  expect(seen.refused).toEqual(['RangeError', 'InvalidArgument']);
});

test('a sweep of many runs takes little more memory than a few, and all of them are there to read', async ({ open }) => {
  const page = await open();
  const { sizes, wrong } = await page.evaluate(async () => {
    const POINTS = 500_000;
    const { memory } = await entrenar.default();
    const sizes = [];
    const ids = [];
    for (let index = 0; index < 12; index += 1) {
      const run = await entrenar.WasmRun.new('sweep');
      run.log_series('loss', new Float64Array(POINTS).fill(index));
      await run.finish();
      ids.push(run.run_id());
      run.free();
      sizes.push(memory.buffer.byteLength);
    }
    const storage = await entrenar.WasmStorage.open();
    const wrong = [];
    for (const [index, id] of ids.entries()) {
      const { value } = await storage.get_metrics(id, 'loss');
      if (value.length !== POINTS || value.some((found) => found !== index)) wrong.push(`${id}: ${value.length} points, ${value[0]}`);
    }
    return { sizes, wrong };
  });
  expect(wrong).toEqual([]);
  // A run has 6 MB: twelve of them, kept, would be more than twice what four take.
  expect(sizes.at(-1), `${sizes}`).toBeLessThan(1.5 * sizes[3]);
});

test('who asks for more points than 32 bits count gets all that there are', async ({ open }) => {
  const page = await open();
  const lengths = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('few');
    run.log_series('loss', new Float64Array(100));
    const storage = await entrenar.WasmStorage.open();
    const asked = [2 ** 32, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER];
    const read = asked.map((points) => storage.get_metrics_downsampled(run.run_id(), 'loss', points));
    return (await Promise.all(read)).map(({ step }) => step.length);
  });
  expect(lengths).toEqual([100, 100, 100]);
});
