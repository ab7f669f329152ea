// Charts of what is hard to draw: no axis hangs or stays empty, no point is out of place, and what cannot be shown is said.
import { card, expect, painted, points, readout, test } from './fixtures/dashboard.js';

/** Logs one run with these points of the metric 'loss', at steps of its own or one after the other. */
async function log(open, values, steps) {
  const page = await open();
  await page.evaluate(
    async ({ values, steps }) => {
      const numbers = values.map(Number);
      const run = await entrenar.WasmRun.new('hard');
      if (steps) numbers.forEach((value, i) => run.log_metric_at('loss', steps[i], value));
      else run.log_series('loss', Float64Array.from(numbers));
      await run.finish();
    },
    { values: values.map(String), steps },
  );
  await page.close();
}

const seen = (page, from, to) => painted(page, 'loss', 'run-0', from, to);

for (const [what, values, query] of [
  ['one ulp apart', [1, 1.0000000000000002, 1], ''],
  ['two of ten quadrillions apart', [1e16, 1e16 + 2], ''],
  ['256 of quintillions apart', [1.7e18, 1.7e18 + 256], ''],
  ['as far apart as doubles go', [-1.7e308, 1.7e308], ''],
  ['subnormal', [5e-324, 0, 1e-320], ''],
  ['one, on logarithmic axes', [3], '&log=xy'],
]) {
  test(`values ${what} are drawn`, async ({ dashboard, open }) => {
    await log(open, ['one, on logarithmic axes'].includes(what) ? [7, ...values] : values);
    const page = await dashboard(`experiment=hard${query}`);
    await points(page, 'loss', values.length + (query ? 1 : 0));
    await expect.poll(() => seen(page)).toBeDefined();
  });
}

test('a logarithmic axis that has nothing to show says so, also after a reload', async ({ dashboard, open }) => {
  await log(open, [-1]);
  const page = await dashboard('experiment=hard');
  await points(page, 'loss', 1);
  const said = card(page, 'loss').getByTestId('left-out');
  await expect(said).toHaveCount(0);
  await page.getByTestId('x-log').click();
  await expect(said).toContainText('no point beyond x = 0');
  await page.reload();
  await expect(said).toContainText('no point beyond x = 0');
  await page.getByTestId('x-log').click();
  await page.getByTestId('y-log').click();
  await expect(said).toContainText('no value above zero');
});

test('a spike among points that became rare is drawn at its step, and the curve has no hole', async ({ dashboard, open }) => {
  const steps = [...Array.from({ length: 20_000 }, (_, i) => i), ...Array.from({ length: 80 }, (_, i) => 20_000 + i * 1000)];
  await log(open, steps.map((step) => (step === 60_000 ? 9 : 1)), steps);
  const page = await dashboard('experiment=hard');
  await points(page, 'loss', steps.length);
  await expect.poll(async () => (await seen(page))?.highest.y).toBeGreaterThan(0.9);
  expect(Math.abs((await seen(page)).highest.x - 60_000 / 99_000)).toBeLessThan(0.01);
  for (let share = 0; share < 1; share += 0.05) expect(await seen(page, share, share + 0.05), `ink from ${share}`).toBeDefined();
});

/** Of every device pixel column of the chart the highest and the lowest pixel with ink of that run, from the top. */
const inkColumns = (page) =>
  card(page, 'loss').evaluate((element) => {
    const canvas = element.shadowRoot.querySelector('canvas');
    const over = element.shadowRoot.querySelector('.u-over').getBoundingClientRect();
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    const wanted = getComputedStyle(element.shadowRoot.querySelector('.readout .swatch')).backgroundColor.match(/\d+/g).map(Number);
    const [left, top, width, height] = [over.x - box.x, over.y - box.y, over.width, over.height].map((length) => Math.round(length * scale));
    const { data } = canvas.getContext('2d').getImageData(left, top, width, height);
    // Half of the ink is enough: lines are smoothed at their edges.
    const isInk = (index) => data[index * 4 + 3] > 100 && wanted.every((part, channel) => Math.abs(part - data[index * 4 + channel]) <= 40);
    return Array.from({ length: width }, (_, x) => {
      const rows = Array.from({ length: height }, (_, y) => y).filter((y) => isInk(y * width + x));
      return { high: rows[0], low: rows.at(-1) };
    }).map((column) => ({ ...column, width, height }));
  });

/** The same of the full polyline, between the edges that the axes are known to have. */
function polylineColumns(steps, values, { width, height }) {
  const [first, last] = [steps[0], steps.at(-1)];
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const pad = (greatest - least) * 0.06;
  const x = (i) => ((steps[i] - first) / (last - first)) * width;
  const y = (i) => height * (1 - (values[i] - least + pad) / (greatest - least + 2 * pad));
  const columns = Array.from({ length: width }, () => ({ high: Infinity, low: -Infinity }));
  const add = (column, ...ys) => {
    if (!columns[column]) return;
    columns[column].high = Math.min(columns[column].high, ...ys);
    columns[column].low = Math.max(columns[column].low, ...ys);
  };
  for (let i = 0; i < steps.length; i += 1) {
    add(Math.min(width - 1, Math.floor(x(i))), y(i));
    if (i === 0) continue;
    const at = (where) => y(i - 1) + ((y(i) - y(i - 1)) * (where - x(i - 1))) / (x(i) - x(i - 1));
    for (let column = Math.floor(x(i - 1)); column < x(i); column += 1) add(column, at(Math.max(column, x(i - 1))), at(Math.min(column + 1, x(i))));
  }
  return columns;
}

for (const deviceScaleFactor of [1, 1.5, 2]) {
  for (const [shape, stepAt] of [
    ['at every step', (i) => i],
    ['at every step and then at every 500th', (i) => (i < 3000 ? i : 3000 + (i - 3000) * 500)],
    ['in bursts', (i) => i + Math.floor(i / 100) * 2000],
  ]) {
    test.describe(`in pixels, ${deviceScaleFactor} to one`, () => {
      test.use({ deviceScaleFactor });

      test(`what is logged ${shape} has the extent of the full polyline in every column`, async ({ dashboard, open }) => {
        const steps = Array.from({ length: 3100 }, (_, i) => stepAt(i));
        const values = steps.map((_, i) => Math.exp(-i / 900) + (i % 7 === 0 ? 0.3 : 0.02) * Math.sin(i * 12.9) + (i === 1234 ? 3 : 0));
        await log(open, values, steps);
        const page = await dashboard('experiment=hard');
        await points(page, 'loss', steps.length);
        // A line is 1.6 CSS pixels wide, and reaches into the columns beside a steep part of it.
        const reach = Math.ceil(deviceScaleFactor);
        const wrong = (ink) => {
          const expected = polylineColumns(steps, values, ink[0]);
          return expected.flatMap(({ high, low }, column) => {
            const near = expected.slice(Math.max(0, column - reach), column + reach + 1);
            const [highest, lowest] = [Math.min(...near.map((one) => one.high)), Math.max(...near.map((one) => one.low))];
            const { high: top, low: bottom } = ink[column];
            const missing = !(top <= high + 1 && bottom >= low - 2);
            const extra = top < highest - deviceScaleFactor - 1.5 || bottom > lowest + deviceScaleFactor + 1.5;
            return missing || extra ? [`column ${column}: ink ${top}…${bottom}, curve ${high.toFixed(1)}…${low.toFixed(1)}`] : [];
          });
        };
        // The page may come to its last size when the first picture has been drawn.
        await expect.poll(async () => wrong(await inkColumns(page))).toEqual([]);
      });
    });
  }
}

test('a last value that explodes is drawn', async ({ dashboard, open }) => {
  await log(open, [...new Array(3000).fill(0.5), 10]);
  const page = await dashboard('experiment=hard');
  await points(page, 'loss', 3001);
  await expect.poll(async () => (await seen(page, 0.98, 1))?.highest.y).toBeGreaterThan(0.9);
});

test('zoomed to between two points, the line that crosses is drawn, and fills the height', async ({ dashboard, open }) => {
  await log(open, [1, 2, 4, 8], [0, 1000, 2000, 3000]);
  const page = await dashboard('experiment=hard&range=1200~1800');
  await points(page, 'loss', 4);
  await expect.poll(async () => (await seen(page, 0, 0.02))?.lowest.y).toBeLessThan(0.12);
  expect((await seen(page, 0.98, 1)).highest.y).toBeGreaterThan(0.88);
  expect(await seen(page, 0.48, 0.52)).toBeDefined();
});

test('a browser whose language is no valid tag shows the dashboard all the same', async ({ context, dashboard, open }) => {
  await log(open, [1, 2]);
  await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'language', { configurable: true, get: () => 'en-US@posix' }));
  const page = await dashboard('experiment=hard');
  await points(page, 'loss', 2);
  await expect(readout(page, 'loss', 'run-0')).toHaveText('2');
  expect(await page.evaluate(() => [navigator.language, Object.hasOwn(navigator, 'language')])).toEqual(['en-US@posix', false]);
});
