// What the back button walks through: places, not every key and not every pixel of a drag; and not without end.
import { card, expect, id, points, row, test } from './fixtures/dashboard.js';
import { SHORT } from './fixtures/tracked-runs.js';

test.beforeEach(async ({ runs, context }) => {
  void runs;
  await context.addInitScript(() => {
    const now = performance.now.bind(performance);
    let ahead = 0;
    performance.now = () => now() + ahead;
    globalThis.later = () => (ahead += 2000);
  });
});

const places = (page) => page.evaluate(() => history.length);
const parameter = (page, name) => new URL(page.url()).searchParams.get(name);

test('typing, dragging and smoothing change the address and are no places to go back to', async ({ dashboard }) => {
  const page = await dashboard();
  await points(page, 'train/loss', 5 * SHORT);
  const before = await places(page);
  await page.getByLabel('Find a metric', { exact: true }).pressSequentially('train');
  await page.getByTestId('smoothing').focus();
  for (let press = 0; press < 10; press += 1) await page.keyboard.press('ArrowRight');
  const area = await card(page, 'train/loss').locator('.u-over').boundingBox();
  for (const from of [0.2, 0.4]) {
    await page.mouse.move(area.x + area.width * from, area.y + 50);
    await page.mouse.down();
    await page.mouse.move(area.x + area.width * 0.8, area.y + 50, { steps: 8 });
    await page.mouse.up();
  }
  await expect.poll(() => [parameter(page, 'metric'), parameter(page, 'smooth'), Boolean(parameter(page, 'range'))]).toEqual(['train', '0.1', true]);
  expect(await places(page)).toBe(before);
});

test('what was opened can be gone back from, a gesture in one step, and never more than twenty times', async ({ dashboard }) => {
  const page = await dashboard();
  await points(page, 'train/loss', 5 * SHORT);
  const before = await places(page);
  const open = async (index) => {
    await row(page, id(index)).locator('button.open').click();
    await expect(page.getByTestId('run-detail')).toHaveAttribute('data-run-id', id(index));
  };
  await page.evaluate(() => globalThis.later());
  await open(1);
  await page.evaluate(() => globalThis.later());
  await open(2);
  expect(await places(page)).toBe(before + 2);
  await page.goBack();
  await expect(page.getByTestId('run-detail')).toHaveAttribute('data-run-id', id(1));
  await page.goBack();
  await expect(page.getByTestId('run-detail')).toHaveCount(0);
  for (let step = 0; step < 30; step += 1) {
    await page.evaluate(() => globalThis.later());
    await page.getByTestId(step % 2 ? 'tab-charts' : 'tab-compare').click();
  }
  expect(await places(page)).toBe(before + 20);
});
