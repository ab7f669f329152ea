// The palette, and what else the keyboard does.
import { barriers, card, expect, id, LOSS, only, points, test } from './fixtures/dashboard.js';
import { SHORT } from './fixtures/tracked-runs.js';

test.describe('the palette', () => {
  test.beforeEach(({ runs }) => runs);
  const palette = (page) => page.getByTestId('palette');
  const options = (page) => palette(page).getByRole('option');

  test('opens by keyboard, finds runs, metrics, experiments and commands, and does what is chosen', async ({ dashboard }) => {
    const page = await dashboard();
    await points(page, LOSS, 5 * SHORT);
    await page.keyboard.press('Control+k');
    const field = palette(page).getByRole('combobox');
    await expect(field).toBeFocused();
    expect(await barriers(page)).toEqual([]);
    await field.fill('comp sel');
    await expect(options(page).first()).toHaveText(/Compare the selected runs\s*Command/);
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('compare')).toBeVisible();
    await expect(palette(page)).toHaveCount(0);
    await page.keyboard.press('Control+k');
    await field.fill('gra lay3');
    await expect(options(page).first()).toContainText('layer3/grad_norm');
    await page.keyboard.press('Enter');
    await expect(page.locator('entrenar-metric-chart h4')).toHaveText(['layer3/grad_norm']);
    await page.getByTestId('open-palette').click();
    await field.fill('otter');
    await expect(options(page)).toHaveText([/quiet otter\s*run-3 · Run/]);
    await options(page).first().click();
    await expect(page.getByTestId('run-detail')).toHaveAttribute('data-run-id', id(2));
    await page.keyboard.press('Control+k');
    await field.fill('before');
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('run-row')).toHaveCount(1);
  });

  test('is walked through by the arrow keys, says what it has not found, and closes without a deed', async ({ dashboard }) => {
    const page = await dashboard();
    await points(page, LOSS, 5 * SHORT);
    const before = page.url();
    await page.getByTestId('open-palette').click();
    const field = palette(page).getByRole('combobox');
    const active = () => field.evaluate((input) => input.getRootNode().getElementById(input.getAttribute('aria-activedescendant'))?.textContent);
    await field.fill('smoothing');
    const names = await options(page).allTextContents();
    expect(names.length).toBeGreaterThan(2);
    expect(await active()).toBe(names[0]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(active).toBe(names[2]);
    await expect(palette(page).getByRole('option', { selected: true })).toHaveCount(1);
    for (let press = 0; press < 3; press += 1) await page.keyboard.press('ArrowUp');
    await expect.poll(active).toBe(names.at(-1));
    await field.fill('zzzz');
    await expect(palette(page)).toContainText('Nothing is called anything like “zzzz”.');
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(palette(page)).toHaveCount(0);
    await expect(page.getByTestId('open-palette')).toBeFocused();
    expect(page.url()).toBe(before);
  });

  test('leaves its keys to text fields', async ({ dashboard }) => {
    const page = await dashboard();
    const search = page.getByTestId('find-runs');
    await search.focus();
    const prevented = await search.evaluate((input) => !input.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true, composed: true, cancelable: true })));
    expect(prevented).toBe(false);
    await page.keyboard.press('Control+k');
    await expect(search).toBeFocused();
    await expect(palette(page)).toHaveCount(0);
  });
});

test('the key + zooms about the cursor', async ({ dashboard, runs }) => {
  void runs;
  const page = await dashboard(only([2]));
  await points(page, LOSS, SHORT);
  await card(page, LOSS).getByTestId('chart').focus();
  await page.keyboard.press('Home');
  for (let press = 0; press < 4; press += 1) await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('+');
  // Step 40 of 0 to 199 stays where it is.
  await expect.poll(() => new URL(page.url()).searchParams.get('range')?.split('~').map(Number)).toEqual([20, 119.5]);
});
