// How the page is laid out: the split between table and charts, what is remembered of it, and how it is put back.
import { atRest, card, expect, SWEEP, test } from './fixtures/dashboard.js';

test.beforeEach(({ runs }) => runs);

const split = (page) => page.getByTestId('split');
const tableWidth = async (page) => (await page.locator('entrenar-run-table').boundingBox()).width;

test('the split is dragged and moved by keys, is remembered, and is put back by a double click', async ({ dashboard }) => {
  const page = await dashboard();
  await expect(page.getByTestId('run-row')).toHaveCount(10);
  const before = await tableWidth(page);
  const { x, y, width } = await split(page).boundingBox();
  await page.mouse.move(x + width / 2, y + 100);
  await page.mouse.down();
  await page.mouse.move(x + width / 2 + 150, y + 100);
  await page.mouse.up();
  await expect.poll(() => tableWidth(page)).toBeCloseTo(before + 150, -1);
  const now = Number(await split(page).getAttribute('aria-valuenow'));
  await page.keyboard.press('ArrowRight');
  await expect(split(page)).toHaveAttribute('aria-valuenow', String(now + 2));
  const chosen = await tableWidth(page);
  await page.reload();
  await expect.poll(() => tableWidth(page)).toBeCloseTo(chosen, 0);
  await split(page).dblclick({ position: { x: 12, y: 100 } });
  await expect.poll(() => tableWidth(page)).toBeCloseTo(before, 0);
  await page.setViewportSize({ width: 700, height: 900 });
  await expect(split(page)).toBeHidden();
});

test('axes are remembered for an experiment, an address wins, and all is put back on request', async ({ dashboard }) => {
  const page = await dashboard();
  await page.getByTestId('y-log').click();
  const again = await dashboard();
  await expect(again.getByTestId('y-log')).toHaveAttribute('aria-pressed', 'true');
  const link = await dashboard(`experiment=${SWEEP}&clip=1`);
  await expect(link.getByTestId('clip')).toHaveAttribute('aria-pressed', 'true');
  await expect(link.getByTestId('y-log')).toHaveAttribute('aria-pressed', 'false');
  await again.getByTestId('reset-view').click();
  await expect(again.getByTestId('y-log')).toHaveAttribute('aria-pressed', 'false');
  await again.goto(again.url());
  await expect(again.getByTestId('y-log')).toHaveAttribute('aria-pressed', 'false');
});

test('each experiment is looked at as it was looked at last, with the settings of single charts, and a new one as the one before', async ({ dashboard }) => {
  const page = await dashboard();
  const open = (id) => page.locator(`[data-testid="experiment"][data-experiment-id="${id}"]`).click();
  const pressed = async (value) => expect(page.getByTestId('y-log')).toHaveAttribute('aria-pressed', value);
  await page.getByTestId('y-log').click();
  await card(page, 'train/loss').hover();
  await card(page, 'train/loss').getByTestId('chart-settings').click();
  await page.getByTestId('chart-settings-panel').getByTestId('own-yMax').fill('3');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await open('exp-0');
  await pressed('true');
  await page.getByTestId('y-log').click();
  await pressed('false');
  await open(SWEEP);
  await pressed('true');
  await expect(card(page, 'train/loss').getByTestId('chart-own')).toContainText('y to 3');
  await open('exp-0');
  await pressed('false');
});

test('a browser that refuses to remember anything shows the page all the same', async ({ context, dashboard }) => {
  await context.addInitScript(() => {
    Storage.prototype.getItem = Storage.prototype.setItem = Storage.prototype.removeItem = () => {
      throw new DOMException('refused', 'SecurityError');
    };
  });
  const page = await dashboard();
  await split(page).focus();
  // It is measured by then.
  await atRest(page);
  const now = Number(await split(page).getAttribute('aria-valuenow'));
  await page.keyboard.press('ArrowRight');
  await expect(split(page)).toHaveAttribute('aria-valuenow', String(now + 2));
  await page.getByTestId('reset-view').click();
  await expect(split(page)).toHaveAttribute('aria-valuenow', String(now));
  await expect(page.locator('.toast')).toBeHidden();
});
