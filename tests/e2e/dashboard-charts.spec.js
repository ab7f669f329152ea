// The charts: what is drawn, at every zoom, on every axis; the cursor; the same data as numbers and as a picture.
import { readFile } from 'node:fs/promises';
import { card, expect, id, LOSS, only, painted, points, readout, row, saved, tableRows, test } from './fixtures/dashboard.js';
import { logRuns, LONG, METRICS, NOT_FINITE, SHORT, SPIKE, valueOf } from './fixtures/tracked-runs.js';

const loss = (index) => Array.from({ length: SHORT }, (_, step) => valueOf(index, 0, step));
const shown = (value) => String(Number(value.toPrecision(4)));
const plot = (page, metric) => card(page, metric).getByTestId('chart');

test.describe('of a million points', () => {
  test.beforeEach(({ context, site, problems }) => {
    void problems;
    return logRuns(context, site, { long: LONG });
  });

  test('the spike is drawn, and in the table, at every zoom', async ({ dashboard }) => {
    const page = await dashboard(only([0]));
    await points(page, LOSS, LONG);
    await plot(page, LOSS).focus();
    let width = LONG - 1;
    for (let zoom = 0; width > 20; zoom += 1) {
      const where = async () => (await painted(page, LOSS, id(0)))?.highest ?? {};
      await expect.poll(async () => (await where()).y).toBeGreaterThan(0.9);
      await expect.poll(async () => Math.abs((await where()).x - 0.5), `seen at zoom ${zoom}`).toBeLessThan(0.05);
      await page.keyboard.press('+');
      width /= 2;
      await expect
        .poll(() => new URL(page.url()).searchParams.get('range')?.split('~').reduce((from, to) => to - from) ?? NaN)
        .toBeCloseTo(width, 0);
    }
    // By now every step has a row of its own.
    await card(page, LOSS).getByTestId('chart-table-toggle').click();
    const near = await tableRows(page, LOSS);
    expect(near.find(([step]) => step === SPIKE.step.toLocaleString('en'))).toEqual([SPIKE.step.toLocaleString('en'), String(SPIKE.value)]);
    expect(near.length).toBeLessThan(20);
    await page.getByTestId('zoom-reset').click();
    await expect(card(page, LOSS).getByTestId('chart-table').locator('tbody tr')).toHaveCount(200);
    expect((await tableRows(page, LOSS)).filter(([, value]) => value.endsWith(`… ${SPIKE.value}`))).toHaveLength(1);
  });

  test('panning takes the spike along, by mouse and by wheel', async ({ dashboard }) => {
    const page = await dashboard(only([0], '&range=400000~600000'));
    await points(page, LOSS, LONG);
    const where = async () => (await painted(page, LOSS, id(0)))?.highest ?? {};
    const spikeAt = () => {
      const [from, to] = new URL(page.url()).searchParams.get('range').split('~').map(Number);
      return (SPIKE.step - from) / (to - from);
    };
    const seen = async () => Math.abs((await where()).x - spikeAt());
    const area = await card(page, LOSS).locator('.u-over').boundingBox();
    const [x, y] = [area.x + area.width / 2, area.y + area.height / 2];
    for (const by of [-0.3, 0.1, 0.45]) {
      const before = page.url();
      await page.keyboard.down('Shift');
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + by * area.width, y, { steps: 6 });
      await page.mouse.up();
      await page.keyboard.up('Shift');
      await expect.poll(() => page.url()).not.toBe(before);
      await expect.poll(async () => (await where()).y).toBeGreaterThan(0.9);
      await expect.poll(seen, `the spike, after a drag by ${by}`).toBeLessThan(0.02);
    }
    await page.mouse.wheel(area.width * 0.2, 0);
    await expect.poll(spikeAt).toBeLessThan(0.6);
    await expect.poll(seen, 'the spike, after the wheel').toBeLessThan(0.02);
  });

  test('clipping outliers gives the room back to the curve', async ({ dashboard }) => {
    const page = await dashboard(only([0]));
    await points(page, LOSS, LONG);
    // Beneath the spike the curve has the lowest quarter.
    const height = async () => (await painted(page, LOSS, id(0), 0.1, 0.12))?.highest.y;
    await expect.poll(height).toBeLessThan(0.25);
    await page.getByTestId('clip').click();
    await expect(page.getByTestId('clip')).toHaveAttribute('aria-pressed', 'true');
    await expect.poll(height).toBeGreaterThan(0.6);
    await page.getByTestId('clip').click();
    await expect.poll(height).toBeLessThan(0.25);
  });
});

test.describe('of ten runs', () => {
  test.beforeEach(({ runs }) => runs);

  test('there is one chart per metric, in groups that fold', async ({ dashboard }) => {
    const page = await dashboard();
    await expect(page.locator('entrenar-metric-chart h4')).toHaveCount(METRICS.length);
    expect((await page.locator('entrenar-metric-chart h4').allTextContents()).toSorted()).toEqual(METRICS.toSorted());
    const group = page.getByRole('button', { name: 'system 9' });
    await group.click();
    await expect(page.locator('entrenar-metric-chart h4')).toHaveCount(METRICS.length - 9);
    await expect(group).toHaveAttribute('aria-expanded', 'false');
    await page.getByLabel('Find a metric', { exact: true }).fill('GRAD');
    await expect(page.locator('entrenar-metric-chart h4')).toHaveText(Array.from({ length: 6 }, (_, layer) => `layer${layer}/grad_norm`));
  });

  test('a run keeps its colour whatever is shown with it', async ({ dashboard }) => {
    const page = await dashboard(only([0, 1, 2]));
    await points(page, LOSS, 3 * SHORT);
    const colours = () => card(page, LOSS).locator('.readout li').evaluateAll((items) =>
      Object.fromEntries(items.map((item) => [item.dataset.runId, getComputedStyle(item.querySelector('.swatch')).backgroundColor])));
    const before = await colours();
    expect(new Set(Object.values(before)).size).toBe(3);
    await row(page, id(0)).getByRole('checkbox').uncheck();
    await row(page, id(7)).getByRole('checkbox').check();
    await expect.poll(async () => Object.keys(await colours())).toEqual([id(1), id(2), id(7)]);
    expect(await colours()).toMatchObject({ [id(1)]: before[id(1)], [id(2)]: before[id(2)] });
    await page.reload();
    await expect.poll(colours).toMatchObject({ [id(1)]: before[id(1)], [id(2)]: before[id(2)] });
    for (const index of [1, 2, 7]) await expect.poll(() => painted(page, LOSS, id(index)), `${id(index)} is drawn`).toBeDefined();
  });

  test('the table holds the very points, also asked for at once, and what is not finite', async ({ dashboard }) => {
    const page = await dashboard(only([1, 3]));
    await card(page, LOSS).getByTestId('chart-table-toggle').click();
    const special = { NaN: 'NaN', Infinity: '∞', '-Infinity': '−∞' };
    const first = loss(1).map((value, step) => (step in NOT_FINITE ? special[NOT_FINITE[step]] : shown(value)));
    const second = loss(3).map(shown);
    await expect.poll(() => tableRows(page, LOSS)).toEqual(first.map((value, step) => [String(step), value, second[step]]));
    // What is not finite leaves the scale to the rest, and is marked: NaN below, +∞ above.
    await card(page, LOSS).getByTestId('chart-table-toggle').click();
    await row(page, id(3)).getByRole('checkbox').uncheck();
    await points(page, LOSS, SHORT);
    await expect.poll(async () => (await painted(page, LOSS, id(1)))?.highest.y).toBeGreaterThan(0.97);
    const seen = await painted(page, LOSS, id(1));
    expect(seen.highest.x).toBeCloseTo(70 / (SHORT - 1), 1);
    expect(seen.lowest.y).toBeLessThan(0.03);
  });

  test('x is the step, the time since the start, or the time of day', async ({ dashboard }) => {
    const page = await dashboard(only([2]));
    await points(page, LOSS, SHORT);
    await card(page, LOSS).getByTestId('chart-table-toggle').click();
    const head = card(page, LOSS).locator('thead th').first();
    const cell = card(page, LOSS).locator('tbody th').first();
    await expect(head).toHaveText('Step');
    await expect(cell).toHaveText('0');
    await page.getByTestId('x-axis').selectOption('relative');
    await expect(head).toHaveText('Time');
    await expect(cell).toHaveText(/^\d+\.\d s$/);
    await page.getByTestId('x-log').click();
    await expect(page.getByTestId('x-log')).toHaveAttribute('aria-pressed', 'true');
    await page.getByTestId('x-axis').selectOption('wall');
    await expect(cell).toHaveText(/\d+:\d\d:\d\d/);
    await expect(page.getByTestId('x-log')).toBeDisabled();
    await card(page, LOSS).getByTestId('chart-table-toggle').click();
    await points(page, LOSS, SHORT);
  });

  test('logarithmic axes stretch what is small', async ({ dashboard }) => {
    const page = await dashboard(only([2]));
    await points(page, LOSS, SHORT);
    const height = async () => (await painted(page, LOSS, id(2), 0.49, 0.51))?.highest.y;
    await expect.poll(height).toBeLessThan(0.3);
    await page.getByTestId('y-log').click();
    await expect.poll(height).toBeGreaterThan(0.35);
    // In the middle of a logarithmic x axis from 1 to 199 is step 14.
    await page.getByTestId('x-log').click();
    await expect.poll(height).toBeGreaterThan(0.7);
    await page.getByTestId('y-log').click();
    await expect(page.getByTestId('y-log')).toHaveAttribute('aria-pressed', 'false');
    await expect.poll(height).toBeGreaterThan(0.7);
  });

  test('smoothing is a debiased moving average of all points, the raw value beside it', async ({ dashboard }) => {
    const page = await dashboard(only([1], '&smooth=0.9'));
    await points(page, LOSS, SHORT);
    let sum = 0;
    let mass = 0;
    for (const [step, value] of loss(1).entries()) {
      if (step in NOT_FINITE) continue;
      sum = sum * 0.9 + value * 0.1;
      mass = mass * 0.9 + 0.1;
    }
    await expect(readout(page, LOSS, id(1))).toHaveText(`${shown(sum / mass)} (${shown(loss(1).at(-1))})`);
    await page.getByTestId('smoothing').fill('0');
    await expect(readout(page, LOSS, id(1))).toHaveText(shown(loss(1).at(-1)));
  });

  test('a drag zooms all charts, the cursor is in all of them, and a double click shows everything', async ({ dashboard }) => {
    const page = await dashboard(only([2, 5], '', 'test/'));
    for (const metric of ['test/loss', 'test/accuracy']) await points(page, metric, 2 * SHORT);
    const area = await card(page, 'test/loss').locator('.u-over').boundingBox();
    const at = (share) => [area.x + area.width * share, area.y + area.height / 2];
    await page.mouse.move(...at(0.5));
    const either = (index, metric) =>
      new RegExp([99, 100].map((step) => `^${shown(valueOf(index, METRICS.indexOf(metric), step))}$`).join('|'));
    for (const metric of ['test/loss', 'test/accuracy']) {
      for (const index of [2, 5]) await expect(readout(page, metric, id(index))).toHaveText(either(index, metric));
    }
    await page.mouse.move(...at(0.25));
    await page.mouse.down();
    await page.mouse.move(...at(0.5), { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => new URL(page.url()).searchParams.get('range')).not.toBeNull();
    const [from, to] = new URL(page.url()).searchParams.get('range').split('~').map(Number);
    expect(Math.abs(from - 49.75) + Math.abs(to - 99.5)).toBeLessThan(4);
    for (const metric of ['test/loss', 'test/accuracy']) {
      await card(page, metric).getByTestId('chart-table-toggle').click();
      const steps = (await tableRows(page, metric)).map(([step]) => Number(step));
      expect(steps).toEqual(Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, index) => Math.ceil(from) + index));
      await card(page, metric).getByTestId('chart-table-toggle').click();
    }
    await plot(page, 'test/accuracy').dblclick();
    await expect.poll(() => new URL(page.url()).searchParams.get('range')).toBeNull();
  });

  test('the arrow keys move the cursor, and a screen reader is told what is there', async ({ dashboard }) => {
    const page = await dashboard(only([2, 5]));
    await points(page, LOSS, 2 * SHORT);
    await plot(page, LOSS).focus();
    const told = card(page, LOSS).getByTestId('chart-announcement');
    await expect(told).toHaveAttribute('aria-live', 'polite');
    const at = (step) => `${step}: quiet otter ${shown(loss(2)[step])}, kind lynx ${shown(loss(5)[step])}`;
    for (const [key, step] of [['ArrowRight', 0], ['ArrowRight', 1], ['Shift+ArrowRight', 11], ['ArrowLeft', 10], ['End', SHORT - 1], ['Home', 0]]) {
      await page.keyboard.press(key);
      await expect(told).toHaveText(at(step));
      await expect(readout(page, LOSS, id(2))).toHaveText(shown(loss(2)[step]));
    }
    await page.keyboard.press('+');
    await expect.poll(() => new URL(page.url()).searchParams.get('range')).not.toBeNull();
    await page.keyboard.press('0');
    await expect.poll(() => new URL(page.url()).searchParams.get('range')).toBeNull();
    await page.keyboard.press('Escape');
    await expect(told).toHaveText('');
    await expect(readout(page, LOSS, id(2))).toHaveText(shown(loss(2).at(-1)));
  });

  test('a chart is saved as a PNG picture', async ({ dashboard }) => {
    const page = await dashboard(only([2, 5]));
    await points(page, LOSS, 2 * SHORT);
    const download = await saved(page, LOSS, 'png');
    expect(download.suggestedFilename()).toMatch(/loss.*\.png$/);
    const picture = await readFile(await download.path());
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    expect(picture.readUInt32BE(16)).toBeGreaterThan(200);
    expect(picture.readUInt32BE(20)).toBeGreaterThan(150);
  });
});

test('of a thousand metrics, those in sight are drawn, wherever that is', async ({ dashboard, open }) => {
  const other = await open();
  await other.evaluate(async () => {
    const run = await entrenar.WasmRun.new('wide');
    for (let metric = 0; metric < 1000; metric += 1) run.log_series(`group ${metric % 20}/metric ${metric}`, new Float64Array([3, 2, metric]));
    await run.finish();
  });
  const page = await dashboard('');
  const drawn = () => page.locator('entrenar-metric-chart .uplot canvas').count();
  const pictures = () => page.locator('entrenar-metric-chart .still').count();
  await expect(page.locator('entrenar-metric-chart')).toHaveCount(1000);
  for (const metric of ['group 0/metric 0', 'group 19/metric 999', 'group 9/metric 509']) {
    await card(page, metric).scrollIntoViewIfNeeded();
    await points(page, metric, 3);
    await expect(readout(page, metric, 'run-0')).toHaveText(metric.split(' ').at(-1));
    await expect.poll(drawn).toBeLessThan(60);
    expect(await pictures()).toBeLessThanOrEqual(60);
  }
});
