// One run that is shown alone, or lies under another: what of the others is seen.
import { barriers, card, expect, id, LOSS, only, painted, points, SWEEP, test } from './fixtures/dashboard.js';
import { SHORT } from './fixtures/tracked-runs.js';

const solo = (page, runId, metric = LOSS) => card(page, metric).locator(`.readout [data-run-id="${runId}"]`).getByTestId('solo');

/** Which of these runs have ink in a chart. */
const drawn = async (page, runs, metric = LOSS) => {
  const found = [];
  for (const run of runs) if (await painted(page, metric, id(run))) found.push(run);
  return found;
};

test.describe('one run alone', () => {
  test.beforeEach(({ runs }) => runs);

  test('a click on its name hides the others in every chart, and a second one brings them back', async ({ dashboard }) => {
    const page = await dashboard(`experiment=${SWEEP}&metric=train/&runs=${[2, 3, 5].map(id)}`);
    await points(page, LOSS, 3 * SHORT);
    await expect.poll(() => drawn(page, [2, 3, 5])).toEqual([2, 3, 5]);
    await solo(page, id(3)).click();
    await page.mouse.move(5, 5);
    await expect.poll(() => drawn(page, [2, 3, 5])).toEqual([3]);
    await expect.poll(() => drawn(page, [2, 3, 5], 'train/accuracy')).toEqual([3]);
    await expect(solo(page, id(3))).toHaveAttribute('aria-pressed', 'true');
    await expect(page.getByTestId('solo-end')).toContainText('amber fox');
    await solo(page, id(3)).click();
    await page.mouse.move(5, 5);
    await expect.poll(() => drawn(page, [2, 3, 5])).toEqual([2, 3, 5]);
    await expect(page.getByTestId('solo-end')).toHaveCount(0);
  });

  test('by keyboard the arrow keys lead through the names, Enter shows one alone, and Escape brings the others back', async ({ dashboard }) => {
    const page = await dashboard(only([2, 3, 5]));
    await points(page, LOSS, 3 * SHORT);
    await card(page, LOSS).getByTestId('chart').focus();
    await page.keyboard.press('Tab');
    await expect(solo(page, id(2))).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await expect(solo(page, id(3))).toBeFocused();
    await page.keyboard.press('Enter');
    await expect.poll(() => drawn(page, [2, 3, 5])).toEqual([3]);
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await card(page, LOSS).getByTestId('chart').focus();
    await expect.poll(() => drawn(page, [2, 3, 5])).toEqual([2, 3, 5]);
  });

  test('a run in the pinned tooltip is shown alone by a click, and its chart has the height to itself', async ({ dashboard }) => {
    const page = await dashboard(only([1, 2]));
    await points(page, LOSS, 2 * SHORT);
    const area = await card(page, LOSS).locator('.u-over').boundingBox();
    await page.mouse.click(area.x + area.width * 0.7, area.y + area.height * 0.8);
    const tooltip = card(page, LOSS).getByTestId('chart-tooltip');
    await tooltip.locator('li').filter({ hasText: 'quiet otter' }).click();
    await expect.poll(() => drawn(page, [1, 2])).toEqual([2]);
    await page.keyboard.press('Escape');
    await expect.poll(() => drawn(page, [1, 2])).toEqual([1, 2]);
  });

  test('what it has not logged keeps its curves, faint', async ({ dashboard, open }) => {
    const other = await open();
    await other.evaluate(async () => {
      for (const keys of [['a', 'b'], ['a']]) {
        const run = await entrenar.WasmRun.new('gaps');
        for (const key of keys) run.log_series(key, new Float64Array([1, 2, 3]));
        await run.finish();
      }
    });
    const page = await dashboard('experiment=gaps&runs=run-11,run-12');
    await points(page, 'a', 6);
    const inked = () => card(page, 'b').evaluate((element) => {
      const canvas = element.shadowRoot.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const swatch = getComputedStyle(element.shadowRoot.querySelector('.readout .swatch')).backgroundColor.match(/\d+/g).map(Number);
      const alphas = [];
      for (let at = 0; at < data.length; at += 4) if (swatch.every((part, i) => Math.abs(part - data[at + i]) < 12)) alphas.push(data[at + 3]);
      return Math.max(0, ...alphas);
    });
    await expect.poll(inked).toBeGreaterThan(240);
    await solo(page, 'run-12', 'a').click();
    const isFaint = async () => {
      const alpha = await inked();
      return alpha > 20 && alpha < 110;
    };
    await expect.poll(isFaint).toBe(true);
  });
});

test('noise does not hide the noise of another run', async ({ dashboard, open }) => {
  const other = await open();
  await other.evaluate(async () => {
    for (let index = 0; index < 2; index += 1) {
      const run = await entrenar.WasmRun.new('noise');
      run.log_series('loss', Float64Array.from({ length: 50_000 }, (_, step) => Math.sin(step * 12.9898 + index) * (2 - index)));
      await run.finish();
    }
  });
  const page = await dashboard('experiment=noise&runs=run-0,run-1');
  await points(page, 'loss', 100_000);
  // In the middle, where both have ink, the colour is neither's alone.
  const middle = () => card(page, 'loss').evaluate((element) => {
    const canvas = element.shadowRoot.querySelector('canvas');
    const { data } = canvas.getContext('2d').getImageData(Math.round(canvas.width * 0.6), Math.round(canvas.height * 0.45), 1, 1);
    const colors = [...element.shadowRoot.querySelectorAll('.readout .swatch')].map((each) => getComputedStyle(each).backgroundColor.match(/\d+/g).map(Number));
    const far = (color) => Math.max(...color.map((part, i) => Math.abs(part - data[i])));
    return data[3] > 150 && Math.min(...colors.map(far)) > 20;
  });
  await expect.poll(middle).toBe(true);
});
