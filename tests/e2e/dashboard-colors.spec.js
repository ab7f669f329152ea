// A run's colour: given by the page, or chosen by a person.
import { barriers, card, expect, id, LOSS, only, painted, points, row, test } from './fixtures/dashboard.js';
import { SHORT } from './fixtures/tracked-runs.js';

test.beforeEach(({ runs }) => runs);
const rgb = (hex) => `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(', ')})`;
const inLegend = (page, index) =>
  card(page, LOSS).locator(`.readout [data-run-id="${id(index)}"] .swatch`).evaluate((swatch) => getComputedStyle(swatch).backgroundColor);
const ofRow = (page, index) => row(page, id(index)).getByTestId('run-color');

test('a colour is chosen from the palette or freely, used everywhere, remembered, and given back', async ({ dashboard }) => {
  const page = await dashboard(only([1, 2]));
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
  const tab = await dashboard(only([1, 2]));
  await expect.poll(() => inLegend(tab, 2)).toBe(rgb('#e0115f'));
  await ofRow(page, 2).click();
  await picker.getByTestId('automatic-color').click();
  await expect.poll(() => inLegend(page, 2)).toBe(given);
  await expect.poll(() => inLegend(tab, 2), 'in another tab').toBe(given);
  await expect(picker.getByTestId('automatic-color')).toBeDisabled();
});

test('a colour is chosen by keyboard, and has a shade of its own on dark ground', async ({ dashboard }) => {
  const page = await dashboard(only([1, 2]));
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

test('a colour that is stored and is none is left out', async ({ dashboard }) => {
  const page = await dashboard(only([2]));
  await points(page, LOSS, SHORT);
  await page.evaluate((run) => localStorage.setItem('entrenar-dashboard:colors:entrenar', JSON.stringify([[run, 'url(x)'], [run]])), id(2));
  await page.reload();
  await points(page, LOSS, SHORT);
  await expect.poll(() => painted(page, LOSS, id(2))).toBeTruthy();
});
