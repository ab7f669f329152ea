// Names that no person would choose, of spaces and of five hundred characters: they are seen, and break nothing, wherever they stand.
import { barriers, expect, test } from './fixtures/dashboard.js';

const LONG = `w${'e'.repeat(249)} ${'long-'.repeat(50)}`.slice(0, 500);

test.beforeEach(async ({ open }) => {
  const page = await open();
  await page.evaluate(async (long) => {
    for (const [experiment, run_name] of [['   ', '   '], [long, long]]) {
      for (let index = 0; index < 2; index += 1) {
        const run = await entrenar.WasmRun.new(experiment, { run_name: index ? 'other' : run_name, config: { [long]: long, ' ': ' ' }, tags: { [long.slice(0, 200)]: long } });
        run.log_series(long, new Float64Array([1, 2, 3]));
        run.log_series(`${long}/${long}`.slice(0, 250), new Float64Array([1, 2]));
        run.log_series('   ', new Float64Array([1, 2, 3]));
        await run.finish();
      }
    }
  }, LONG);
  await page.close();
});

/** What reaches beyond the window's right edge and is not cut off by what it is in. */
const tooWide = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

for (const [what, experiment] of [['of spaces', 'exp-0'], ['of five hundred characters', 'exp-1']]) {
  for (const width of [360, 1440]) {
    test(`names ${what} are shown whole or cut, and never push the page apart, at ${width} px`, async ({ dashboard }) => {
      const page = await dashboard(`experiment=${experiment}`);
      await page.setViewportSize({ width, height: 900 });
      await expect(page.getByTestId('run-row')).toHaveCount(2);
      await expect.poll(() => tooWide(page)).toBe(0);
      for (const name of await page.locator('button.open').all()) expect((await name.boundingBox()).width).toBeGreaterThan(20);
      for (const chip of await page.getByTestId('experiment').all()) expect((await chip.boundingBox()).width).toBeGreaterThan(50);
      const titles = await page.locator('entrenar-metric-chart h4').evaluateAll((found) => found.map((each) => each.getBoundingClientRect().height));
      expect(Math.max(...titles)).toBeLessThan(60);
      await page.locator('button.open').last().click();
      await expect(page.getByTestId('run-detail')).toBeVisible();
      await expect.poll(() => tooWide(page)).toBe(0);
      const heading = page.getByTestId('run-detail').getByRole('heading').first();
      expect((await heading.boundingBox()).width).toBeGreaterThan(30);
      // Neither a key nor a value is squeezed into a column of single letters.
      for (const cell of await page.getByTestId('run-detail').locator('dt, dd').all()) expect((await cell.boundingBox()).height).toBeLessThan(700);
      expect(await barriers(page)).toEqual([]);
      await page.getByTestId('tab-compare').click();
      await expect(page.getByTestId('compare')).toBeVisible();
      await expect.poll(() => tooWide(page)).toBe(0);
      const heads = await page.getByTestId('compare').locator('thead th').evaluateAll((found) => found.map((each) => each.getBoundingClientRect().height));
      expect(Math.max(...heads)).toBeLessThan(160);
      await page.getByTestId('open-palette').click();
      await expect(page.getByTestId('palette').or(page.locator('entrenar-command-palette')).first()).toBeAttached();
      await expect.poll(() => tooWide(page)).toBe(0);
    });
  }
}
