// What one chart is drawn with in place of what holds for all.
import { barriers, card, expect, id, LOSS, only, painted, points, SWEEP, test } from './fixtures/dashboard.js';
import { SHORT } from './fixtures/tracked-runs.js';

test.beforeEach(({ runs }) => runs);
const panel = (page) => page.getByTestId('chart-settings-panel');
const open = async (page, metric = LOSS) => {
  await card(page, metric).hover();
  await card(page, metric).getByTestId('chart-settings').click();
  await expect(panel(page)).toBeVisible();
};
const own = (page) => new URL(page.url()).searchParams.getAll('chart');
const height = async (page, index) => (await painted(page, LOSS, id(index), 0, 0.02))?.highest.y;

test('a chart has axes and smoothing of its own, says so, keeps them over a reload, and goes by all charts again', async ({ dashboard }) => {
  const page = await dashboard(`experiment=${SWEEP}&metric=train/&runs=${id(2)}`);
  await points(page, LOSS, SHORT);
  await expect.poll(() => height(page, 2)).toBeGreaterThan(0.9);
  await open(page);
  expect(await barriers(page)).toEqual([]);
  await panel(page).getByTestId('own-yMax').fill('4.2');
  await page.keyboard.press('Enter');
  await panel(page).getByTestId('own-yMin').fill('0');
  await page.keyboard.press('Enter');
  // The first value is 2.1.
  await expect.poll(() => height(page, 2)).toBeCloseTo(0.5, 1);
  await expect.poll(() => own(page)).toEqual([`l0u4.2*${LOSS}`]);
  await panel(page).getByTestId('own-smoothing').fill('0.9999');
  await panel(page).getByTestId('own-xLog').selectOption('log');
  await page.keyboard.press('Escape');
  await expect(card(page, LOSS).getByTestId('chart-settings')).toBeFocused();
  await expect(card(page, LOSS).getByTestId('chart-own')).toContainText('Its own: log x, y from 0 to 4.2, smoothing 0.9999.');
  await expect(card(page, 'train/accuracy').getByTestId('chart-own')).toHaveCount(0);
  await page.reload();
  await expect(card(page, LOSS).getByTestId('chart-own')).toContainText('log x, y from 0 to 4.2, smoothing 0.9999');
  await expect(card(page, LOSS).locator('.readout .value')).toHaveText(/\(.*\)/);
  await card(page, LOSS).getByTestId('chart-own-reset').click();
  await expect.poll(() => height(page, 2)).toBeGreaterThan(0.9);
  expect(own(page)).toEqual([]);
  await expect(card(page, LOSS).locator('.readout .value')).not.toHaveText(/\(/);
});

test('a chart does not take what cannot be drawn, and says why', async ({ dashboard }) => {
  const page = await dashboard(only([2]));
  await points(page, LOSS, SHORT);
  await open(page);
  const problem = page.getByTestId('chart-settings-problem');
  const type = async (key, text) => {
    await panel(page).getByTestId(`own-${key}`).fill(text);
    await page.keyboard.press('Enter');
  };
  await type('yMin', 'low');
  await expect(problem).toHaveText('“low” is not a number. Write it like 0.25 or 1e-5.');
  await expect(panel(page).getByTestId('own-yMin')).toHaveAttribute('aria-invalid', 'true');
  expect(await barriers(page)).toEqual([]);
  await type('yMin', '5');
  await expect(problem).toHaveText('');
  await type('yMax', '1');
  await expect(problem).toHaveText('The least y has to be below the greatest.');
  expect(own(page)).toEqual([`l5*${LOSS}`]);
  // The other field was the wrong one.
  await type('yMin', '0.5');
  await expect(problem).toHaveText('');
  await expect.poll(() => own(page)).toEqual([`l0.5u1*${LOSS}`]);
  await type('smoothing', '1');
  await expect(problem).toHaveText('Smoothing goes from 0 to 0.9999.');
  await panel(page).getByTestId('chart-settings-reset').click();
  await expect.poll(() => own(page)).toEqual([]);
  await expect(problem).toHaveText('');
});

test('a chart whose address makes no sense is drawn as all charts are', async ({ dashboard }) => {
  const page = await dashboard(`${only([2])}&chart=l5u1*${LOSS}&chart=*&chart=s7*x`);
  await points(page, LOSS, SHORT);
  await expect.poll(() => height(page, 2)).toBeGreaterThan(0.9);
  await expect(page.getByTestId('chart-own')).toHaveCount(0);
});
