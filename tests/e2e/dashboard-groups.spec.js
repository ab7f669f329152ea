// Groups of metrics: they nest, fold and can be pinned, all of which is remembered; and how large the charts are.
import { barriers, card, expect, points, test } from './fixtures/dashboard.js';

const KEYS = ['epoch', 'gpu/0/memory', 'gpu/0/power', 'gpu/1/memory', 'gpu/1/power', 'train/accuracy', 'train/loss', 'train/parts/a', 'train/parts/b'];

test.beforeEach(async ({ open }) => {
  const page = await open();
  await page.evaluate(async (keys) => {
    const run = await entrenar.WasmRun.new('nested');
    for (const key of keys) run.log_series(key, new Float64Array([3, 2, 1]));
    await run.finish();
  }, KEYS);
  await page.close();
});

const group = (page, path) => page.locator(`[data-testid="metric-group"][data-path="${path}"]`);
const fold = (page, path) => group(page, path).getByTestId('fold').first();
const shown = (page) => page.locator('entrenar-metric-chart h4').allTextContents();
const paths = (page) => page.getByTestId('metric-group').evaluateAll((found) => found.map((each) => each.dataset.path));

test('metrics nest in groups, under headings whose levels say how deep; losses come first', async ({ dashboard }) => {
  const page = await dashboard('experiment=nested');
  await expect.poll(() => paths(page)).toEqual(['train', 'train/parts', '', 'gpu', 'gpu/0', 'gpu/1']);
  expect(await shown(page)).toEqual(['train/loss', 'train/accuracy', 'train/parts/a', 'train/parts/b', 'epoch', ...KEYS.slice(1, 5)]);
  await expect(page.getByRole('heading', { name: 'gpu 4', level: 3 })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'gpu/0 2', level: 4 })).toBeVisible();
  await expect(card(page, 'gpu/0/power').getByRole('heading')).toHaveAttribute('aria-level', '5');
  expect(await barriers(page)).toEqual([]);
});

test('a group folds by keyboard with all that is in it, stays folded over a reload, and opens for a search', async ({ dashboard }) => {
  const page = await dashboard('experiment=nested');
  await fold(page, 'gpu').focus();
  await page.keyboard.press('Enter');
  await expect(fold(page, 'gpu')).toHaveAttribute('aria-expanded', 'false');
  await fold(page, 'train/parts').click();
  await expect.poll(() => shown(page)).toEqual(['train/loss', 'train/accuracy', 'epoch']);
  expect(await barriers(page)).toEqual([]);
  await page.reload();
  await expect.poll(() => shown(page)).toEqual(['train/loss', 'train/accuracy', 'epoch']);
  await page.getByLabel('Find a metric', { exact: true }).fill('power');
  await expect.poll(() => shown(page)).toEqual(['gpu/0/power', 'gpu/1/power']);
  await page.getByLabel('Find a metric', { exact: true }).fill('');
  await fold(page, 'gpu').click();
  await expect.poll(() => shown(page)).toEqual(['train/loss', 'train/accuracy', 'epoch', ...KEYS.slice(1, 5)]);
});

test('pinned charts and groups come before all others, take the focus with them, and are put back', async ({ dashboard }) => {
  const page = await dashboard('experiment=nested');
  const pin = (metric) => card(page, metric).getByTestId('pin');
  await pin('gpu/1/power').focus();
  await page.keyboard.press('Space');
  await expect(page.getByTestId('pinned-charts').locator('h4')).toHaveText(['gpu/1/power']);
  await expect(pin('gpu/1/power')).toBeFocused();
  await expect(pin('gpu/1/power')).toHaveAttribute('aria-pressed', 'true');
  await points(page, 'gpu/1/power', 3);
  await group(page, 'gpu/0').getByTestId('pin').first().focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => paths(page)).toEqual(['gpu/0', 'train', 'train/parts', '']);
  await expect(group(page, 'gpu/0').getByTestId('pin').first()).toBeFocused();
  expect(await barriers(page)).toEqual([]);
  await page.reload();
  await expect.poll(() => shown(page)).toEqual(
    ['gpu/1/power', 'gpu/0/memory', 'gpu/0/power', 'train/loss', 'train/accuracy', 'train/parts/a', 'train/parts/b', 'epoch', 'gpu/1/memory'],
  );
  await page.getByTestId('reset-view').click();
  await expect.poll(() => paths(page)).toEqual(['train', 'train/parts', '', 'gpu', 'gpu/0', 'gpu/1']);
});

test('height and number of columns are chosen and remembered, and a narrow window has as many as fit', async ({ dashboard }) => {
  const page = await dashboard('experiment=nested');
  await points(page, 'train/loss', 3);
  const box = (metric) => card(page, metric).boundingBox();
  const canvas = () => card(page, 'train/loss').locator('canvas').boundingBox();
  const low = (await canvas()).height;
  await page.getByTestId('chart-layout').click();
  const panel = page.getByTestId('chart-layout-panel');
  await expect(panel.getByTestId('chart-height')).toBeFocused();
  expect(await barriers(page)).toEqual([]);
  await panel.getByTestId('chart-height').selectOption('large');
  await expect.poll(async () => (await canvas()).height).toBe(low + 130);
  await panel.getByTestId('chart-columns').selectOption('1');
  await expect.poll(async () => (await box('train/loss')).x).toBe((await box('train/accuracy')).x);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('chart-layout')).toBeFocused();
  await page.reload();
  await expect.poll(async () => (await box('train/loss')).x).toBe((await box('train/accuracy')).x);
  await expect.poll(async () => (await canvas()).height).toBe(low + 130);
  await page.getByTestId('chart-layout').click();
  await panel.getByTestId('chart-columns').selectOption('6');
  await panel.getByTestId('fold-all').click();
  await expect.poll(() => shown(page)).toEqual([]);
  await panel.getByTestId('unfold-all').click();
  await expect.poll(async () => (await box('gpu/1/power')).width).toBeGreaterThan(219);
  for (const width of [360, 800, 2560]) {
    await page.setViewportSize({ width, height: 900 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await expect.poll(async () => (await box('train/loss')).width).toBeGreaterThan(219);
  }
});
