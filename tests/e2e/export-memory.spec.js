// An export holds a part of a run in memory, however long the run is, and what it writes is the same.
import { expect, loaded, test } from './fixtures/test.js';

test.describe.configure({ timeout: 120_000 });

test('a run of four million points is exported in the memory of one million, and holds all of them', async ({ open, site }) => {
  const page = await open(site.formats);
  await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('long');
    for (let part = 0; part < 4; part += 1) {
      for (const key of ['loss', 'accuracy']) {
        run.log_series(key, Float64Array.from({ length: 500_000 }, (_, index) => (part * 500_000 + index) / 3));
      }
      await run.flush();
    }
    await run.finish();
  });
  // What wasm memory has grown to is the most that was needed since the page was loaded.
  await page.reload();
  await loaded(page);
  const seen = await page.evaluate(async () => {
    const { memory } = await (await import('/pkg-npm/entrenar.js')).default();
    const storage = await entrenar.WasmStorage.open();
    const file = await storage.export_runs(['run-0'], 'jsonl');
    const megabytes = memory.buffer.byteLength / 2 ** 20;
    const next = { loss: 0, accuracy: 0 };
    let wrong = 0;
    for (const line of (await file.text()).split('\n')) {
      if (!line.startsWith('{"line":"points"')) continue;
      const { key, step, value } = JSON.parse(line);
      for (let index = 0; index < step.length; index += 1) {
        wrong += step[index] !== next[key] || value[index] !== next[key] / 3;
        next[key] += 1;
      }
    }
    return { megabytes, next, wrong };
  });
  expect(seen).toEqual({ megabytes: expect.any(Number), next: { loss: 2_000_000, accuracy: 2_000_000 }, wrong: 0 });
  // 13 for the points that are held and up to 30 to compact the run; all of its points would take 52, and their records 40 besides.
  expect(seen.megabytes).toBeLessThan(48);
});
