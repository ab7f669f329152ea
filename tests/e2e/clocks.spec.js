// The wall clock is for timestamps alone. Test libraries fake it, people set it, and logging goes on.
import { join } from 'node:path';
import { repository } from './fixtures/site.js';
import { expect, test } from './fixtures/test.js';

const FAKES = {
  'that is NaN': () => NaN,
  'that is Infinity': () => Infinity,
  'that is no number': () => '2026-01-01',
  'beyond every calendar': () => 8.64e15 + 1,
  'before every calendar': () => -1e300,
  'that is a bigint': () => 5n,
  'that throws': () => {
    throw new Error('no time');
  },
};

for (const [name, fake] of Object.entries(FAKES)) {
  test(`with a Date ${name} points get the times they were logged at`, async ({ open }) => {
    const page = await open();
    const wrong = await page.evaluate(async (fake) => {
      const real = Date.now;
      const run = await entrenar.WasmRun.new('faked');
      run.log_metric('loss', 0);
      const from = performance.timeOrigin + performance.now() - 1;
      Date.now = new Function(`return ${fake}`)();
      for (let index = 0; index < 100; index += 1) {
        run.log_metric('loss', index);
        run.log_metric_at('at', index, index);
        run.log_metrics({ several: index, 'at once': index });
        run.log_series('series', [index]);
      }
      await run.flush();
      const to = performance.timeOrigin + performance.now() + 1;
      const wrong = run.list_metric_keys().flatMap((key) => {
        const { timestamp } = run.get_metrics(key);
        const outside = timestamp.subarray(key === 'loss' ? 1 : 0).filter((time) => !(time >= from && time <= to));
        return timestamp.length < 100 || outside.length > 0 ? [`${key}: ${timestamp.length} points, ${outside.length} outside`] : [];
      });
      JSON.parse(run.get_metrics_json());
      await run.finish();
      Date.now = real;
      return wrong;
    }, fake.toString());
    expect(wrong).toEqual([]);
  });
}

test('a Date that jumps back and forth gives the timestamps, and nothing else', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const real = Date.now;
    const run = await entrenar.WasmRun.new('jumping');
    let calls = 0;
    let time = 0;
    Date.now = () => (time = 1_700_000_000_000 + [0, 3_600_000, -3_600_000, 0, 1][calls++ % 5]);
    const given = [];
    for (let index = 0; index < 500; index += 1) {
      run.log_metric('loss', index);
      given.push(time);
    }
    const { timestamp, value } = run.get_metrics('loss');
    Date.now = real;
    await run.finish();
    return [timestamp.filter((at, index) => at !== given[index]).length, value.every((at, index) => at === index)];
  });
  // A checked call may ask Date twice: the last answer is not always the one that was taken.
  expect(seen[0]).toBeLessThan(10);
  expect(seen[1]).toBe(true);
});

/** A page with `staged(milliseconds)`: staging alone, over cells of its own, with a deadline so long from now. */
async function openStaging(open, site) {
  site.addDirectory('src', join(repository, 'src'));
  const page = await open();
  await page.evaluate(async () => {
    const { monotonic_ms } = await import('/src/indexeddb/js/time.js');
    const { StagedSeries, Staging } = await import('/src/wasm/js/staging.js');
    globalThis.monotonic_ms = monotonic_ms;
    globalThis.staged = (milliseconds) => {
      const firstPoint = 6 + 2 * 16;
      const memory = { buffer: new ArrayBuffer(8 * (firstPoint + 4 * 10_000)) };
      const cells = new Float64Array(memory.buffer);
      const series = new StagedSeries();
      series.add('loss', 0);
      const staging = new Staging(1, memory, 0, cells.length, firstPoint, 2 ** 52, series);
      [cells[2], cells[3]] = [monotonic_ms() + milliseconds, 1];
      staging.look();
      return staging;
    };
  });
  return page;
}

test('the deadline of staging comes although the Date stands still', async ({ open, site }) => {
  const page = await openStaging(open, site);
  const seen = await page.evaluate(() => {
    const staging = staged(300);
    Date.now = () => 1_700_000_000_000;
    const before = staging.point('loss', -1, 1);
    while (monotonic_ms() <= staging.cells[2]);
    let late = 0;
    while (staging.point('loss', -1, 1)) late += 1;
    return { before, late };
  });
  expect(seen.before).toBe(true);
  expect(seen.late).toBeLessThan(32);
});

test('the deadline of staging comes no sooner because the Date jumps', async ({ open, site }) => {
  const page = await openStaging(open, site);
  const seen = await page.evaluate(() => {
    const staging = staged(600_000);
    return [0, 86_400_000, -86_400_000, 1, NaN, 0].map((jump) => {
      Date.now = () => 1_700_000_000_000 + jump;
      return staging.point('loss', -1, 1);
    });
  });
  expect(seen).toEqual(Array(6).fill(true));
});

test('the deadline of staging is looked at for each point of another time', async ({ open, site }) => {
  const page = await openStaging(open, site);
  const seen = await page.evaluate(() => {
    const staging = staged(300);
    let time = 1_700_000_000_000;
    Date.now = () => (time += 1);
    while (monotonic_ms() <= staging.cells[2]);
    return staging.point('loss', -1, 1);
  });
  expect(seen).toBe(false);
});
