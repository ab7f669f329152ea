// What makes the charts a place for daily work: one run alone, colours of one's own, settings of one chart, pictures, the palette.
import { barriers, card, expect, id, painted, points, row, SWEEP, test } from './fixtures/dashboard.js';
import { SHORT } from './fixtures/tracked-runs.js';

const LOSS = 'train/loss';
const loss = (runs, rest = '') => `experiment=${SWEEP}&metric=${encodeURIComponent(LOSS)}&runs=${runs.map(id)}${rest}`;
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
    const page = await dashboard(loss([2, 3, 5]));
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
    const page = await dashboard(loss([1, 2]));
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
    await expect.poll(inked).toBeLessThan(110);
    expect(await inked()).toBeGreaterThan(20);
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

test.describe("a run's colour", () => {
  test.beforeEach(({ runs }) => runs);
  const rgb = (hex) => `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(', ')})`;
  const inLegend = (page, index) =>
    card(page, LOSS).locator(`.readout [data-run-id="${id(index)}"] .swatch`).evaluate((swatch) => getComputedStyle(swatch).backgroundColor);
  const ofRow = (page, index) => row(page, id(index)).getByTestId('run-color');

  test('is chosen from the palette or freely, used everywhere, remembered, and given back', async ({ dashboard }) => {
    const page = await dashboard(loss([1, 2]));
    await points(page, LOSS, 2 * SHORT);
    const given = await inLegend(page, 2);
    await ofRow(page, 2).click();
    const picker = page.getByTestId('color-picker');
    await expect(picker).toBeVisible();
    expect(await barriers(page)).toEqual([]);
    await picker.getByTestId('other-color').fill('#e0115f');
    await expect.poll(() => inLegend(page, 2)).toBe(rgb('#e0115f'));
    await expect.poll(() => painted(page, LOSS, id(2))).toBeTruthy();
    const ticked = row(page, id(2)).getByRole('checkbox');
    expect(await ticked.evaluate((box) => getComputedStyle(box).backgroundColor)).toBe(rgb('#e0115f'));
    await page.keyboard.press('Escape');
    await expect(picker).toHaveCount(0);
    await expect(ofRow(page, 2)).toBeFocused();
    await page.reload();
    await expect.poll(() => inLegend(page, 2)).toBe(rgb('#e0115f'));
    await page.getByTestId('tab-compare').click();
    const heads = page.getByTestId('compare').locator('thead .swatch');
    await expect.poll(() => heads.last().evaluate((head) => getComputedStyle(head).backgroundColor)).toBe(rgb('#e0115f'));
    await page.getByTestId('tab-charts').click();
    await ofRow(page, 2).click();
    await picker.getByTestId('automatic-color').click();
    await expect.poll(() => inLegend(page, 2)).toBe(given);
    await expect(picker.getByTestId('automatic-color')).toBeDisabled();
  });

  test('is chosen by keyboard, and has a shade of its own on dark ground', async ({ dashboard }) => {
    const page = await dashboard(loss([1, 2]));
    await points(page, LOSS, 2 * SHORT);
    await ofRow(page, 2).focus();
    await page.keyboard.press('Enter');
    const picker = page.getByTestId('color-picker');
    await expect(picker.getByRole('radio', { checked: true })).toBeFocused();
    await page.keyboard.press('ArrowRight');
    const chosen = await picker.getByRole('radio', { checked: true }).evaluate((radio) => getComputedStyle(radio).backgroundColor);
    await expect.poll(() => inLegend(page, 2)).toBe(chosen);
    await page.keyboard.press('Escape');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => inLegend(page, 2)).not.toBe(chosen);
    await ofRow(page, 2).click();
    const dark = await picker.getByRole('radio', { checked: true }).evaluate((radio) => getComputedStyle(radio).backgroundColor);
    expect(await inLegend(page, 2)).toBe(dark);
  });

  test('that is stored and is none is left out', async ({ dashboard }) => {
    const page = await dashboard(loss([2]));
    await points(page, LOSS, SHORT);
    await page.evaluate((run) => localStorage.setItem('entrenar-dashboard:colors:', JSON.stringify([[run, 'url(x)'], 3, [run]])), id(2));
    await page.reload();
    await points(page, LOSS, SHORT);
    await expect.poll(() => painted(page, LOSS, id(2))).toBeTruthy();
  });
});
