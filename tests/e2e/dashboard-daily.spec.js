// What makes the charts a place for daily work: one run alone, colours of one's own, settings of one chart, pictures, the palette.
import { readFile } from 'node:fs/promises';
import { barriers, card, expect, id, painted, points, row, SWEEP, saved, test } from './fixtures/dashboard.js';
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
    const tab = await dashboard(loss([1, 2]));
    await expect.poll(() => inLegend(tab, 2)).toBe(rgb('#e0115f'));
    await ofRow(page, 2).click();
    await picker.getByTestId('automatic-color').click();
    await expect.poll(() => inLegend(page, 2)).toBe(given);
    await expect.poll(() => inLegend(tab, 2), 'in another tab').toBe(given);
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
    await page.evaluate((run) => localStorage.setItem('entrenar-dashboard:colors:entrenar', JSON.stringify([[run, 'url(x)'], [run]])), id(2));
    await page.reload();
    await points(page, LOSS, SHORT);
    await expect.poll(() => painted(page, LOSS, id(2))).toBeTruthy();
  });
});

test.describe('one chart', () => {
  test.beforeEach(({ runs }) => runs);
  const panel = (page) => page.getByTestId('chart-settings-panel');
  const open = async (page, metric = LOSS) => {
    await card(page, metric).hover();
    await card(page, metric).getByTestId('chart-settings').click();
    await expect(panel(page)).toBeVisible();
  };
  const own = (page) => new URL(page.url()).searchParams.getAll('chart');
  const height = async (page, index) => (await painted(page, LOSS, id(index), 0, 0.02))?.highest.y;

  test('has axes and smoothing of its own, says so, keeps them over a reload, and goes by all charts again', async ({ dashboard }) => {
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

  test('does not take what cannot be drawn, and says why', async ({ dashboard }) => {
    const page = await dashboard(loss([2]));
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

  test('whose address makes no sense is drawn as all charts are', async ({ dashboard }) => {
    const page = await dashboard(`${loss([2])}&chart=l5u1*${LOSS}&chart=*&chart=s7*x`);
    await points(page, LOSS, SHORT);
    await expect.poll(() => height(page, 2)).toBeGreaterThan(0.9);
    await expect(page.getByTestId('chart-own')).toHaveCount(0);
  });
});

test('a chart is saved as SVG: what is on the screen, whatever it is called, in valid XML of a reasonable size', async ({ dashboard, open, context, site }) => {
  const other = await open();
  await other.evaluate(async () => {
    for (let index = 0; index < 22; index += 1) {
      const run = await entrenar.WasmRun.new('pictures', { run_name: `<b>&"${index}"\u0001]]>` });
      const key = 'a & b/<i>\ud83d\ude00 & "loss"';
      if (index === 0) run.log_series(key, Float64Array.from({ length: 200_000 }, (_, step) => Math.sin(step / 20_000) + Math.sin(step * 12.9)));
      else for (let at = 0; at < 20; at += 1) run.log_metrics({ [key]: Math.sin(at / 2) + index }, at * 10_000);
      await run.finish();
    }
  });
  const page = await dashboard('experiment=pictures&runs=run-0~21&smooth=0.5');
  const metric = 'a & b/<i>\ud83d\ude00 & "loss"';
  await points(page, metric, 200_420);
  const file = await saved(page, metric, 'svg');
  expect(file.suggestedFilename()).toMatch(/loss_\.svg$/);
  const text = await readFile(await file.path(), 'utf8');
  expect(text.length).toBeLessThan(400_000);
  const png = (await readFile(await (await saved(page, metric, 'png')).path())).toString('base64');
  const view = await context.newPage();
  await view.goto(site.blank);
  const found = await view.evaluate(async ([text, png]) => {
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
    const pixels = async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      const ctx = canvas.getContext('2d');
      ctx.drawImage(image, 0, 0);
      return ctx.getImageData(0, 0, canvas.width, canvas.height);
    };
    const [svg, raster] = [await pixels(URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }))), await pixels(`data:image/png;base64,${png}`)];
    // Pixels of the curves: texts and the grid are grey.
    const colored = ({ data }, at) => Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) > 60;
    const missing = (from, to) => {
      let ink = 0;
      let gone = 0;
      for (let y = 1; y < from.height - 1; y += 1) {
        for (let x = 1; x < from.width - 1; x += 1) {
          if (!colored(from, 4 * (y * from.width + x))) continue;
          ink += 1;
          const near = [-1, 0, 1].some((dy) => [-1, 0, 1].some((dx) => colored(to, 4 * ((y + dy) * to.width + x + dx))));
          if (!near) gone += 1;
        }
      }
      return { ink, share: gone / ink };
    };
    return {
      error: parsed.querySelector('parsererror')?.textContent,
      scripts: parsed.querySelectorAll('script, b, i').length,
      texts: [...parsed.querySelectorAll('text')].map((each) => each.textContent),
      dashes: parsed.querySelectorAll('svg > path[stroke-dasharray]').length,
      sizes: [svg.width, svg.height, raster.width, raster.height],
      lost: missing(raster, svg),
      added: missing(svg, raster),
    };
  }, [text, png]);
  expect(found.error).toBeUndefined();
  expect(found.scripts).toBe(0);
  expect(found.texts).toEqual(expect.arrayContaining([metric, 'Step', 'Value (smoothed 0.5)', '<b>&"0"\ufffd]]>', '<b>&"21"\ufffd]]>']));
  expect(found.dashes).toBe(2);
  expect(found.sizes.slice(0, 2)).toEqual(found.sizes.slice(2));
  expect(found.lost.ink).toBeGreaterThan(2000);
  expect(found.lost.share).toBeLessThan(0.02);
  expect(found.added.share).toBeLessThan(0.02);
});

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
  const page = await dashboard(loss([2]));
  await points(page, LOSS, SHORT);
  await card(page, LOSS).getByTestId('chart').focus();
  await page.keyboard.press('Home');
  for (let press = 0; press < 4; press += 1) await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('+');
  // Step 40 of 0 to 199 stays where it is.
  await expect.poll(() => new URL(page.url()).searchParams.get('range')?.split('~').map(Number)).toEqual([20, 119.5]);
});
