// What takes the page as a whole, print and pictures of the full page, shows every chart: also those that were never scrolled to.
import { card, expect, points, test } from './fixtures/dashboard.js';

const COUNT = 30;

test.beforeEach(async ({ open }) => {
  const page = await open();
  await page.evaluate(async (count) => {
    for (let index = 0; index < 2; index += 1) {
      const run = await entrenar.WasmRun.new('long page');
      for (let key = 0; key < count; key += 1) run.log_series(`metric ${key}`, Float64Array.from({ length: 500 }, (_, step) => Math.sin(step / (9 + key)) + index));
      await run.finish();
    }
    globalThis.live = await entrenar.WasmRun.new('live page');
    for (let key = 0; key < count; key += 1) live.log_metric(`metric ${key}`, key);
    await live.flush();
  }, COUNT);
});

/** How many charts have a canvas with ink of each of their runs. */
const inked = (page) => page.locator('entrenar-metric-chart').evaluateAll((charts) => charts.filter(({ shadowRoot }) => {
  const canvas = shadowRoot.querySelector('canvas');
  const swatches = [...shadowRoot.querySelectorAll('.readout .swatch')].map((each) => getComputedStyle(each).backgroundColor.match(/\d+/g).map(Number));
  if (!canvas || swatches.length === 0) return false;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return swatches.every((wanted) => {
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200 && wanted.every((part, i) => Math.abs(part - data[at + i]) < 12)) return true;
    return false;
  });
}).length);

test('a picture of the full page shows every chart, with what is drawn now', async ({ dashboard, context, site }) => {
  const page = await dashboard('experiment=long page');
  await expect.poll(() => inked(page)).toBe(COUNT);
  const boxes = await page.locator('entrenar-metric-chart').evaluateAll((charts) => charts.map((chart) => {
    const { x, y, width, height } = chart.shadowRoot.querySelector('.plot').getBoundingClientRect();
    const color = getComputedStyle(chart.shadowRoot.querySelector('.readout .swatch')).backgroundColor.match(/\d+/g).map(Number);
    return { x: x + scrollX, y: y + scrollY, width, height, color };
  }));
  expect(Math.max(...boxes.map(({ y }) => y))).toBeGreaterThan(2500);
  const png = (await page.screenshot({ fullPage: true })).toString('base64');
  const view = await context.newPage();
  await view.goto(site.blank);
  const drawn = await view.evaluate(async ([png, boxes]) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return boxes.filter(({ x, y, width, height, color }) => {
      const { data } = context.getImageData(x, y, width, height);
      for (let at = 0; at < data.length; at += 4) if (color.every((part, i) => Math.abs(part - data[at + i]) < 12)) return true;
      return false;
    }).length;
  }, [png, boxes]);
  expect(drawn).toBe(COUNT);
});

test('print has every chart in its whole width, and nothing that is there to be pressed', async ({ dashboard }) => {
  const page = await dashboard('experiment=long page');
  await expect.poll(() => inked(page)).toBe(COUNT);
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 700, height: 1000 });
  await expect(page.locator('entrenar-chart-toolbar')).toBeHidden();
  await expect(page.getByTestId('reset-view')).toBeHidden();
  const whole = () => page.locator('entrenar-metric-chart').evaluateAll((charts) => charts.filter(({ shadowRoot }) => {
    const width = (selector) => shadowRoot.querySelector(selector)?.getBoundingClientRect().width;
    return Math.abs(width('.plot') - width('canvas')) < 1;
  }).length);
  await expect.poll(whole).toBe(COUNT);
  await expect(card(page, 'metric 0').getByTestId('pin')).toBeHidden();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(700);
});

test('the picture of a chart out of sight follows what is logged and how it is looked at, and holds no points', async ({ dashboard, context }) => {
  const page = await dashboard('experiment=live page');
  await expect.poll(() => inked(page)).toBe(COUNT);
  const last = card(page, `metric ${COUNT - 1}`);
  const picture = () => last.evaluate(({ shadowRoot }) => shadowRoot.querySelector('.plot .still')?.toDataURL());
  /** The picture once it is another one: while it is made anew there is none. */
  const pictureAfter = async (before) => {
    let now;
    await expect.poll(async () => (now = await picture()) !== undefined && now !== before).toBe(true);
    return now;
  };
  const first = await pictureAfter(undefined);
  const [writer] = context.pages();
  await writer.evaluate(async (key) => {
    for (let step = 0; step < 20; step += 1) live.log_metric(key, step);
    await live.flush();
  }, `metric ${COUNT - 1}`);
  const second = await pictureAfter(first);
  await page.getByTestId('y-log').click();
  await pictureAfter(second);
  await last.scrollIntoViewIfNeeded();
  await points(page, `metric ${COUNT - 1}`, 21);
  await expect(last.locator('.still')).toHaveCount(0);
});
