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
