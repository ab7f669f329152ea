// `WasmCurve`: windows of a series for whoever draws it, whatever its length.
import { expect, test } from './fixtures/test.js';

test('a window holds the first, least, greatest and last point of each pixel column, and the neighbours outside', async ({ open }) => {
  const page = await open();
  const window = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('curves');
    run.log_series('loss', [5, 1, 9, 2, 7, 7, 3, NaN, Infinity, 4]);
    const storage = await entrenar.WasmStorage.open();
    const curve = await storage.open_curve(run.run_id(), 'loss');
    const window = curve.window({ from: 1, to: 8.5, width: 2 });
    return Object.fromEntries(Object.entries(window).map(([name, value]) => [name, ArrayBuffer.isView(value) ? [...value] : value]));
  });
  expect(window).toEqual({
    first: 1,
    count: 8,
    column: [-1, 0, 0, 0, 1, 1, 1, Infinity],
    x: [0, 1, 2, 4, 5, 6, 8, 9],
    y: [5, 1, 9, 7, 7, 3, Infinity, 4],
    mark_x: [7, 8],
    mark_value: [NaN, Infinity],
  });
});

test('a million points of another tab are a few a pixel column, every spike among them, and grow as they are logged', async ({ open }) => {
  const writer = await open();
  await writer.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('curves');
    run.log_series('loss', Float64Array.from({ length: 1_000_000 }, (_, i) => (i === 612_345 ? 50 : Math.sin(i))));
    await run.flush();
  });
  const reader = await open();
  const look = () =>
    reader.evaluate(() => {
      const { count, column, y } = curve.window({ width: 800 });
      return { count, columns: new Set(column).size, few: column.length <= 4 * 800, highest: Math.max(...y), length: curve.length(), generation: curve.generation(), ...curve.nearest(612_345.4) };
    });
  await reader.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    globalThis.curve = await storage.open_curve('run-0', 'loss');
  });
  const before = await look();
  expect(before).toMatchObject({ count: 1_000_000, columns: 800, few: true, highest: 50, length: 1_000_000, step: 612_345, value: 50 });
  await writer.evaluate(() => {
    run.log_metric('loss', 99);
    return run.flush();
  });
  await expect
    .poll(async () => {
      await reader.evaluate(() => curve.refresh());
      return look();
    })
    .toMatchObject({ count: 1_000_001, highest: 99, generation: before.generation });
});

test('y is the average that smoothing asks for, and a logarithmic axis leaves out what is not above zero', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(() => {
    const curve = entrenar.WasmCurve.of({ step: [0, 1, 2, 3], value: [4, -4, NaN, 1000], timestamp: [1000, 1010, 1020, 1030] });
    const ys = (options) => [...curve.points(0, 4, options).y];
    return {
      plain: ys(),
      smooth: ys({ smoothing: 0.5 }).map((y) => Math.round(y * 1000) / 1000),
      log: [...curve.window({ width: 4, to: 4, log_y: true }).y],
      extent: [curve.extent(), curve.extent({ log_y: true }), curve.extent({ from: 0.25, to: 0.5 })],
      samples: [...curve.samples({ smoothing: 0 })],
      relative: [...curve.points(0, 4, { x_axis: 'relative' }).x],
      wall: curve.point(3, { x_axis: 'wall' }).x,
      at: [curve.index_at(1), curve.index_at(1, { after: true }), curve.index_at(1015, { x_axis: 'wall' })],
      summary: curve.summary(),
      missing: [curve.point(4), entrenar.WasmCurve.of({ step: [], value: [], timestamp: [] }).nearest(1)],
    };
  });
  expect(seen).toEqual({
    plain: [4, -4, NaN, 1000],
    smooth: [4, -1.333, NaN, 570.857],
    log: [4, NaN, NaN, 1000],
    extent: [{ min: -4, max: 1000 }, { min: 4, max: 1000 }, { min: 0, max: 2 }],
    samples: [4, -4, 1000],
    relative: [0, 10, 20, 30],
    wall: 1030,
    at: [1, 2, 2],
    summary: { min: -4, max: 1000, mean: 1000 / 3, count: 3 },
    missing: [undefined, undefined],
  });
});

test('wrong options are refused, with what they must be', async ({ open }) => {
  const page = await open();
  const errors = await page.evaluate(() => {
    const curve = entrenar.WasmCurve.of({ step: [0, 1], value: [1, 2], timestamp: [1, 2] });
    return [
      () => curve.window(),
      () => curve.window({ width: 0 }),
      () => curve.window({ width: 10, smoothing: 1 }),
      () => curve.window({ width: 10, from: 2, to: 1 }),
      () => curve.window({ width: 10, from: 0, log_x: true }),
      () => curve.window({ width: 10, x_axis: 'time' }),
      () => curve.window({ width: 10, log_y: 1 }),
      () => curve.window({ width: 10, to: Infinity }),
      () => curve.nearest(NaN),
      () => entrenar.WasmCurve.of({ step: [0], value: [1, 2], timestamp: [1, 2] }),
      () => entrenar.WasmCurve.of({ step: [0.5], value: [1], timestamp: [1] }),
      () => entrenar.WasmCurve.of([1]),
    ].map((call) => {
      try {
        call();
        return 'worked';
      } catch ({ name, code, message }) {
        return `${name} ${code} ${message}`;
      }
    });
  });
  const expected = [
    /^TypeError InvalidArgument options\.width must be a number/,
    /^RangeError InvalidArgument options\.width must be from 1 to 65536/,
    /^RangeError InvalidArgument options\.smoothing must be at least 0 and less than 1/,
    /^RangeError InvalidArgument options\.from must not be greater than options\.to/,
    /^RangeError InvalidArgument options\.from and options\.to must be above 0/,
    /^RangeError InvalidArgument options\.x_axis must be 'step', 'relative' or 'wall'/,
    /^TypeError InvalidArgument options\.log_y must be true or false/,
    /^RangeError InvalidArgument options\.to must be finite/,
    /^RangeError InvalidArgument x must be a number/,
    /^RangeError InvalidArgument series\.step, series\.value and series\.timestamp must be of one length/,
    /^RangeError InvalidArgument series\.step must hold whole numbers/,
    /^TypeError InvalidArgument series must be an object of columns/,
  ];
  expect(errors).toHaveLength(expected.length);
  for (const [i, pattern] of expected.entries()) expect(errors[i]).toMatch(pattern);
});

test('a curve keeps what it has when its storage is closed, and says that it cannot read on', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('curves');
    run.log_series('loss', [1, 2, 3]);
    await run.finish();
    run.free();
    const storage = await entrenar.WasmStorage.open();
    const curve = await storage.open_curve('run-0', 'loss');
    const empty = await storage.open_curve('run-0', 'never logged');
    const missing = await storage.open_curve('run-7', 'loss').catch(({ code }) => code);
    await storage.close();
    const code = await curve.refresh().catch(({ code }) => code);
    return { length: curve.length(), empty: [empty.length(), empty.window({ width: 9 }).count, empty.extent()], missing, code };
  });
  expect(seen).toEqual({ length: 3, empty: [0, 0, undefined], missing: 'RunNotFound', code: 'InvalidState' });
});

test('relative time leaves out what lies between an interruption and its resume', async ({ context, site, open }) => {
  const page = await open();
  const runId = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('interrupted');
    run.log_metric('loss', 1);
    await run.flush();
    return run.run_id();
  });
  await page.close();
  const later = await context.newPage();
  await later.addInitScript(() => {
    const { now } = Date;
    Date.now = () => now() + 3_600_000;
  });
  await later.goto(site.blank);
  await later.waitForFunction(() => 'entrenar' in globalThis);
  const { xs, wall, interruptions } = await later.evaluate(async (runId) => {
    const run = await entrenar.WasmRun.resume(runId);
    run.log_metric('loss', 0.5);
    await run.flush();
    const storage = await entrenar.WasmStorage.open();
    const curve = await storage.open_curve(runId, 'loss');
    return {
      xs: [...curve.points(0, 2, { x_axis: 'relative' }).x],
      wall: [...curve.points(0, 2, { x_axis: 'wall' }).x],
      interruptions: storage.run(runId).interruptions,
    };
  }, runId);
  expect(interruptions).toHaveLength(1);
  expect(wall[1] - wall[0]).toBeGreaterThan(3_600_000);
  expect(xs[1] - xs[0]).toBeGreaterThanOrEqual(0);
  expect(xs[1] - xs[0]).toBeLessThan(60_000);
});
