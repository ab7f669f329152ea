// What is said of the curves under the pointer where there are very many of them.
import { card, expect, points, readout, test } from './fixtures/dashboard.js';

const RUNS = 120;
const POINTS = 11;

async function manyRuns(open) {
  const other = await open();
  await other.evaluate(async ([runs, points]) => {
    for (let index = 0; index < runs; index += 1) {
      const run = await entrenar.WasmRun.new('many', { run_name: `lr${index}` });
      run.log_series('loss', Float64Array.from({ length: points }, (_, step) => index * 10 + step));
      await run.finish();
    }
  }, [RUNS, POINTS]);
  return `experiment=many&runs=run-0~${RUNS - 1}`;
}

test('of very many runs the nearest are told at the pointer, and the legend follows when it rests', async ({ dashboard, open }) => {
  const page = await dashboard(await manyRuns(open));
  await points(page, 'loss', RUNS * POINTS);
  const area = await card(page, 'loss').locator('.u-over').boundingBox();
  const tooltip = card(page, 'loss').getByTestId('chart-tooltip');
  const at = (share) => page.mouse.move(area.x + area.width * share, area.y + area.height / 2, { steps: 5 });
  const told = () => tooltip.locator('li').evaluateAll((lines) => lines.map((line) => {
    const [swatch, name, value] = line.children;
    return { run: line.dataset.runId, name: name.textContent, title: name.title, value: value.textContent, color: swatch.style.background };
  }));
  for (const [share, step] of [[0.502, 5], [0.802, 8], [0.202, 2]]) {
    await at(share);
    await expect(tooltip.locator('header')).toContainText(`Step ${step}`);
    await expect(tooltip.locator('li')).toHaveCount(40);
    await expect(tooltip.locator('footer')).toHaveText('and 80 more');
    // The nearest, then the others by value; each line has all that is its run's own.
    const [nearest, ...others] = await told();
    const index = Number(nearest.name.slice(2));
    expect(Math.abs(index - 60)).toBeLessThan(8);
    const expected = Array.from({ length: RUNS }, (_, at) => RUNS - 1 - at).filter((each) => each !== index).slice(0, 39);
    expect(others.map(({ name }) => name)).toEqual(expected.map((each) => `lr${each}`));
    for (const { run, name, title, value, color } of [nearest, ...others]) {
      const own = Number(name.slice(2));
      expect([run, title, value]).toEqual([`run-${own}`, name, (own * 10 + step).toLocaleString('en')]);
      const swatch = card(page, 'loss').locator(`.readout [data-run-id="${run}"] .swatch`);
      expect(color).toBe(await swatch.evaluate((element) => element.style.background));
    }
    for (const run of [0, 61, RUNS - 1]) await expect(readout(page, 'loss', `run-${run}`)).toHaveText((run * 10 + step).toLocaleString('en'));
  }
  await page.mouse.move(5, 5);
  await expect(tooltip).toBeHidden();
  await expect(readout(page, 'loss', 'run-7')).toHaveText('80');
});

for (const width of [360, 900, 1440]) {
  test(`wherever the pointer is in a window ${width} pixels wide, the tooltip is within it`, async ({ dashboard, open }) => {
    const page = await dashboard(await manyRuns(open));
    await page.setViewportSize({ width, height: 700 });
    await points(page, 'loss', RUNS * POINTS);
    const over = card(page, 'loss').locator('.u-over');
    const tooltip = card(page, 'loss').getByTestId('chart-tooltip');
    const size = await page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.clientHeight]);
    for (const block of ['start', 'end']) {
      await card(page, 'loss').evaluate((element, block) => element.scrollIntoView({ block }), block);
      const area = await over.boundingBox();
      for (const across of [0.02, 0.5, 0.98]) {
        await page.mouse.move(area.x + area.width * across, area.y + area.height * 0.5);
        await expect(tooltip).toBeVisible();
        const box = await tooltip.boundingBox();
        expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(size[0]);
        expect(box.y + box.height).toBeLessThanOrEqual(size[1]);
      }
    }
  });
}
