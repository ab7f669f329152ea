// For everyone: axe-core finds nothing serious in the main states, in light and dark, on a phone and on a wide screen.
import { barriers, card, expect, id, points, SWEEP, test } from './fixtures/dashboard.js';
import { SHORT } from './fixtures/tracked-runs.js';

const VIEWS = {
  charts: [`experiment=${SWEEP}&metric=train/&smooth=0.6`, (page) => points(page, 'train/loss', 5 * SHORT)],
  detail: [
    `experiment=${SWEEP}&run=${id(1)}&metric=train/loss&runs=${id(1)},${id(2)}`,
    async (page) => {
      await page.getByTestId('health').click();
      await expect(page.getByTestId('usage')).toBeVisible();
      await page.keyboard.press('Escape');
      await card(page, 'train/loss').getByTestId('chart-table-toggle').click();
      await expect(card(page, 'train/loss').getByTestId('chart-table').locator('tbody tr')).toHaveCount(SHORT);
    },
  ],
  compare: [`experiment=${SWEEP}&panel=compare&runs=${id(1)},${id(2)}`, (page) => expect(page.getByTestId('compare')).toBeVisible()],
  missing: ['experiment=nope', (page) => expect(page.getByTestId('missing')).toBeVisible()],
  'no match': [`experiment=${SWEEP}&q=zzz&metric=zzz`, (page) => expect(page.getByText('No run matches')).toBeVisible()],
};

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1440]) {
    test.describe(`${colorScheme}, ${width} px:`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 }, contextOptions: { reducedMotion: 'reduce' } });

      test('nothing keeps anybody out, and nothing hangs over the edge', async ({ dashboard, runs, context, site }) => {
        void runs;
        const page = await dashboard('');
        const address = page.url();
        for (const [view, [query, ready]] of Object.entries(VIEWS)) {
          await page.goto(address.replace(/\?.*|$/, `?${query}`));
          await ready(page);
          expect(await barriers(page), view).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${view} fits`).toBeLessThanOrEqual(0);
        }
        const whole = await context.newPage();
        await whole.goto(site.page);
        await expect(whole.getByTestId('run-row').first()).toBeVisible();
        expect(await barriers(whole), 'the page').toEqual([]);
        const dark = await whole.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)[0] < 100);
        expect(dark).toBe(colorScheme === 'dark');
      });
    });
  }
}

test('everything is reached by keyboard, charts included', async ({ dashboard, runs }) => {
  void runs;
  const page = await dashboard(`experiment=${SWEEP}&metric=train/loss&runs=${id(2)}`);
  await points(page, 'train/loss', SHORT);
  await page.getByTestId('run-row').first().waitFor();
  const focused = () => page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.dataset.testid ?? element?.getAttribute('aria-label') ?? element?.textContent.trim() ?? '';
  });
  const seen = [];
  for (let press = 0; press < 80 && seen.at(-1) !== 'chart'; press += 1) {
    await page.keyboard.press('Tab');
    seen.push(await focused());
  }
  const wanted = ['experiment', 'health', 'find-runs', 'tab-compare', 'follow-latest', 'x-axis', 'smoothing', 'y-log', 'chart-files', 'chart-settings', 'chart'];
  expect(seen).toEqual(expect.arrayContaining(wanted));
  // What is behind a button too.
  while ((await focused()) !== 'chart-files') await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('chart-csv')).toBeVisible();
  const files = [];
  for (let press = 0; press < 4; press += 1) {
    await page.keyboard.press('Tab');
    files.push(await focused());
  }
  expect(files).toEqual(['chart-csv', 'chart-json', 'chart-png', 'chart-svg']);
});
