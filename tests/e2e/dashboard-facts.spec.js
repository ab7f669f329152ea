// What the dashboard says of runs is true: settings in full, differences as data, deletions as they happened.
import { readFile } from 'node:fs/promises';
import { card, deleteLater, expect, id, listed, painted, points, row, saved, test, ticked } from './fixtures/dashboard.js';
import { NAMES } from './fixtures/tracked-runs.js';

test('settings are shown exactly, compared exactly, and found by value', async ({ dashboard, open }) => {
  const other = await open();
  await other.evaluate(async () => {
    for (const seed of [20231129, 20231130]) {
      const run = await entrenar.WasmRun.new('seeds', {
        run_name: `seed ${seed}`,
        config: { seed, lr: 0.00012345, batch: seed === 20231129 ? 10 : 100, optimizer: { name: 'adam', betas: [0.9, seed === 20231129 ? 0.99 : 0.999] } },
      });
      run.log_metric('loss', 0.123456 + (seed % 2) * 1e-9);
      await run.finish();
    }
  });
  const page = await dashboard('experiment=seeds&panel=compare&diff=1');
  const cells = (key) => page.getByTestId('compare').getByRole('row').filter({ has: page.getByRole('rowheader', { name: key, exact: true }) }).locator('td');
  await expect(cells('seed')).toHaveText(['20231130', '20231129']);
  await expect(cells('optimizer.betas.1')).toHaveText(['0.999', '0.99']);
  for (const key of ['lr', 'optimizer.name', 'optimizer.betas.0']) await expect(cells(key)).toHaveCount(0);
  await page.getByTestId('differences-only').uncheck();
  await expect(cells('lr')).toHaveText(['0.00012345', '0.00012345']);
  // Measured values that differ look different, and the value itself is at hand.
  await expect(cells('loss').nth(-2)).not.toHaveText(await cells('loss').last().textContent());
  await expect(cells('loss').last()).toHaveAttribute('title', '0.123456001');
  for (const [query, runs] of [['seed:20231129', ['run-0']], ['batch:10', ['run-0']], ['lr:1.2345e-4', ['run-1', 'run-0']], ['betas.1:.999', ['run-1']]]) {
    await page.getByTestId('find-runs').fill(query);
    await expect.poll(() => listed(page), query).toEqual(runs);
  }
});

test.describe('of ten runs', () => {
  test.beforeEach(({ runs }) => runs);

  test('a name that is being written goes to no other run', async ({ dashboard }) => {
    const page = await dashboard(`experiment=sweep&run=${id(3)}`);
    await page.getByTestId('rename').click();
    await page.getByTestId('rename-field').fill('meant for the first');
    await row(page, id(5)).getByRole('button', { name: NAMES[5] }).click();
    await expect(page.getByTestId('run-detail')).toHaveAttribute('data-run-id', id(5));
    await expect(page.getByTestId('rename-field')).toHaveCount(0);
    await page.getByTestId('rename').click();
    await expect(page.getByTestId('rename-field')).toHaveValue(NAMES[5]);
  });

  test('a deletion that a reload undid is said', async ({ dashboard, context }) => {
    await deleteLater(context);
    const page = await dashboard(`experiment=sweep&run=${id(3)}`);
    await page.getByTestId('delete-run').click();
    await expect(row(page, id(3))).toHaveCount(0);
    await page.reload();
    await expect(row(page, id(3))).toBeVisible();
    await expect(page.getByRole('status').filter({ hasText: `reloaded before it deleted “${NAMES[3]}”` })).toBeVisible();
    await page.reload();
    await expect(row(page, id(3))).toBeVisible();
    await expect(page.getByText('reloaded before')).toHaveCount(0);
  });

  test('a run that is deleted while others are being deleted stays away', async ({ dashboard, context }) => {
    await deleteLater(context);
    const page = await dashboard('experiment=sweep');
    for (const index of [3, 5, 7]) {
      await row(page, id(index)).getByRole('button', { name: NAMES[index] }).click();
      await expect(page.getByTestId('run-detail')).toHaveAttribute('data-run-id', id(index));
      await page.getByTestId('delete-run').click();
      await expect(row(page, id(index))).toHaveCount(0);
    }
    await page.getByTestId('undo').click();
    await expect(row(page, id(7))).toBeVisible();
    await page.reload();
    await expect(row(page, id(7))).toBeVisible();
    for (const index of [3, 5]) await expect(row(page, id(index))).toHaveCount(0);
  });
});

test('the time of a run that goes on goes on', async ({ dashboard, open }) => {
  const other = await open();
  await other.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('live');
    run.log_metric('loss', 1);
    await run.flush();
  });
  const page = await dashboard('run=run-0');
  const seconds = async () => Number.parseFloat((await page.getByTestId('run-detail').locator('.label').first().textContent()).split('·').at(-1));
  await expect.poll(seconds).toBeGreaterThan(0);
  const before = await seconds();
  await expect.poll(seconds).toBeGreaterThan(before + 1.5);
});

test('at the pointer every run is named with its value, the nearest first, and a click keeps it there', async ({ dashboard, open }) => {
  const other = await open();
  await other.evaluate(async () => {
    for (let index = 0; index < 30; index += 1) {
      const run = await entrenar.WasmRun.new('many', { run_name: `a-long-common-name-lr${index}-cosine-warmup` });
      run.log_series('loss', Float64Array.from({ length: 100 }, () => index));
      await run.finish();
    }
  });
  const page = await dashboard('experiment=many&runs=run-0~29');
  await points(page, 'loss', 3000);
  const area = await card(page, 'loss').locator('.u-over').boundingBox();
  const tooltip = card(page, 'loss').getByTestId('chart-tooltip');
  await expect(tooltip).toBeHidden();
  const padded = (30 - 1) * 1.12;
  const height = (value) => area.y + area.height * (1 - (value + 29 * 0.06) / padded);
  await page.mouse.move(area.x + area.width - 4, height(7));
  await expect(tooltip).toBeVisible();
  await expect(tooltip.locator('li')).toHaveCount(30);
  await expect(tooltip.locator('li').first()).toHaveText(/…lr7…\s*7/);
  await expect(tooltip.locator('li').nth(1)).toHaveText(/…lr29…\s*29/);
  await expect(tooltip.locator('header')).toContainText('Step 9');
  const box = await tooltip.boundingBox();
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(1440);
  expect(box.y + box.height).toBeLessThanOrEqual(1000);
  await page.mouse.move(area.x + 40, height(20));
  await expect(tooltip.locator('li').first()).toHaveText(/…lr20…\s*20/);
  await page.mouse.down();
  await page.mouse.up();
  await page.mouse.move(5, 5);
  await expect(tooltip).toBeVisible();
  await expect(tooltip.locator('li').first()).toHaveText(/…lr20…\s*20/);
  await page.mouse.move(area.x + 20, height(3));
  await page.mouse.down();
  await page.mouse.up();
  await page.mouse.move(5, 5);
  await expect(tooltip).toBeHidden();
});

test('the page says in its title what is running, and smoothing takes a number', async ({ context, site, open, problems }) => {
  void problems;
  const other = await open();
  await other.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('live');
    run.log_series('loss', new Float64Array([1, 2, 3]));
    await run.flush();
  });
  const page = await context.newPage();
  await page.goto(`${site.page}?smooth=0.999`);
  await expect(page).toHaveTitle('● 1 running · live · entrenar');
  await expect(page.getByTestId('smoothing-number')).toHaveValue('0.999');
  await page.getByTestId('smoothing-number').fill('0.9999');
  await page.keyboard.press('Enter');
  await expect.poll(() => new URL(page.url()).searchParams.get('smooth')).toBe('0.9999');
  await other.evaluate(() => run.finish());
  await expect(page).toHaveTitle('live · entrenar');
});

test('a run that is pointed at stands out, and what is shown is saved exactly', async ({ dashboard, open }) => {
  const other = await open();
  await other.evaluate(async () => {
    for (const value of [0.1 + 0.2, 2]) {
      const run = await entrenar.WasmRun.new('two', { run_name: `at ${value}` });
      run.log_series('loss', new Float64Array([value, value, value]));
      await run.finish();
    }
  });
  const page = await dashboard('experiment=two&range=1~2');
  await points(page, 'loss', 6);
  const seen = async () => [await painted(page, 'loss', 'run-0'), await painted(page, 'loss', 'run-1')].map((ink) => ink !== undefined);
  await expect.poll(seen).toEqual([true, true]);
  await row(page, 'run-0').hover();
  await expect.poll(seen).toEqual([true, false]);
  await card(page, 'loss').locator('.readout [data-run-id="run-1"]').hover();
  await expect.poll(seen).toEqual([false, true]);
  await page.mouse.move(5, 5);
  await expect.poll(seen).toEqual([true, true]);
  const download = await saved(page, 'loss', 'csv');
  const text = await readFile(await download.path(), 'utf8');
  expect(text.trimEnd().split('\r\n').toSorted()).toEqual(
    ['run-0,at 0.30000000000000004,1,0.30000000000000004', 'run-0,at 0.30000000000000004,2,0.30000000000000004', 'run-1,at 2,1,2', 'run-1,at 2,2,2', 'run_id,run,step,value'],
  );
  const json = await saved(page, 'loss', 'json');
  const { metric, x, runs } = JSON.parse(await readFile(await json.path(), 'utf8'));
  expect([metric, x, runs.map(({ run_id, points }) => [run_id, points]).toSorted()]).toEqual([
    'loss',
    'step',
    [['run-0', [[1, 0.1 + 0.2], [2, 0.1 + 0.2]]], ['run-1', [[1, 2], [2, 2]]]],
  ]);
});

test.describe('what is filtered', () => {
  test.beforeEach(({ runs }) => runs);

  test('is charted on request', async ({ dashboard }) => {
    const page = await dashboard('experiment=sweep');
    await expect(page.getByTestId('chart-listed')).toHaveCount(0);
    await page.getByTestId('find-runs').fill('optimizer:adam team:vision');
    await page.getByTestId('chart-listed').click();
    await page.getByTestId('find-runs').fill('');
    await expect.poll(() => ticked(page)).toEqual([7, 5, 1].map(id));
  });
});
