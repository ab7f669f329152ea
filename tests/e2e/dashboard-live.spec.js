// What happens while a reader watches: points from other tabs, tabs in the background, the newest run; and the view in the address.
import { atRest, card, expect, id, points, readout, row, SWEEP, tableRows, test, ticked } from './fixtures/dashboard.js';
import { SHORT } from './fixtures/tracked-runs.js';

/** A page in which `run`, of the experiment 'live', has logged two points. */
async function writer(open) {
  const page = await open();
  await page.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('live');
    run.log_series('loss', new Float64Array([4, 3]));
    await run.flush();
  });
  return page;
}

test('points that another tab logs appear, and so does how its run ends', async ({ dashboard, open }) => {
  const page = await dashboard('');
  await expect(page.getByTestId('empty')).toBeVisible();
  const other = await writer(open);
  await points(page, 'loss', 2);
  await expect(readout(page, 'loss', 'run-0')).toHaveText('3');
  for (const value of [2, 1]) {
    await other.evaluate((value) => run.log_metric('loss', value), value);
    await expect(readout(page, 'loss', 'run-0')).toHaveText(String(value));
  }
  await other.evaluate(() => run.log_metric('new/metric', 7));
  await points(page, 'new/metric', 1);
  // Points between those that are there already, too.
  await other.evaluate(() => run.log_metric_at('loss', 1, 33));
  await points(page, 'loss', 5);
  await card(page, 'loss').getByTestId('chart-table-toggle').click();
  await expect.poll(() => tableRows(page, 'loss')).toEqual([['0', '4'], ['1', '3 … 33'], ['2', '2'], ['3', '1']]);
  await other.evaluate(() => run.set_tag('found', 'it'));
  await expect(row(page, 'run-0')).toContainText('found: it');
  await other.evaluate(() => run.fail());
  await expect(row(page, 'run-0')).toHaveAttribute('data-status', 'Failed');
});

test('a tab in the background does nothing, and catches up when it is looked at', async ({ dashboard, open }) => {
  const other = await writer(open);
  const page = await dashboard('');
  await points(page, 'loss', 2);
  const hide = (hidden) => page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  // What a page does once, when it has come to rest, it has done by now: backups are looked after, and all is drawn.
  await page.getByTestId('health').click();
  await expect(page.getByTestId('backup')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('backup')).toBeHidden();
  await hide(true);
  await atRest(page);
  await page.evaluate(() => {
    const chart = document.querySelector('entrenar-dashboard').shadowRoot;
    globalThis.renders = 0;
    new MutationObserver(() => (globalThis.renders += 1)).observe(chart, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  await other.evaluate(() => run.log_series('loss', new Float64Array(500)));
  await other.evaluate(() => run.finish());
  // Another watcher, in the foreground, has been told by now; this one has been told too and kept still.
  const foreground = await dashboard('');
  await points(foreground, 'loss', 502);
  expect(await page.evaluate(() => renders)).toBe(0);
  await points(page, 'loss', 2);
  await hide(false);
  await points(page, 'loss', 502);
  await expect(row(page, 'run-0')).toHaveAttribute('data-status', 'Success');
});

test('the latest run is followed, also across a reload, until the reader chooses', async ({ dashboard, open }) => {
  const other = await writer(open);
  const page = await dashboard('');
  const begin = () => other.evaluate(async () => {
    const run = await entrenar.WasmRun.new('live');
    run.log_metric('loss', 1);
    await run.finish();
  });
  await begin();
  await expect.poll(() => ticked(page)).toEqual(['run-1', 'run-0']);
  await page.getByTestId('follow-latest').click();
  await expect.poll(() => ticked(page)).toEqual(['run-1']);
  await begin();
  await expect.poll(() => ticked(page)).toEqual(['run-2']);
  await points(page, 'loss', 1);
  await page.reload();
  await begin();
  await expect.poll(() => ticked(page)).toEqual(['run-3']);
  await row(page, 'run-0').getByRole('checkbox').check();
  await expect(page.getByTestId('follow-latest')).toHaveAttribute('aria-pressed', 'false');
  await expect.poll(() => ticked(page)).toEqual(['run-3', 'run-0']);
});

test('what is looked at is in the address, survives a reload, and can be gone back from', async ({ dashboard, runs }) => {
  void runs;
  const page = await dashboard('');
  await page.getByTestId('experiment').filter({ hasText: 'sweep' }).click();
  await page.getByLabel('Show all listed runs').check();
  await page.getByLabel('Show all listed runs').uncheck();
  for (const index of [2, 5]) await row(page, id(index)).getByRole('checkbox').check();
  await page.getByTestId('find-runs').fill('optimizer');
  await page.getByTestId('only-success').click();
  await page.getByRole('columnheader', { name: 'Run', exact: true }).getByRole('button').click();
  await page.getByTestId('x-axis').selectOption('relative');
  await page.getByTestId('y-log').click();
  await page.getByTestId('clip').click();
  await page.getByTestId('smoothing').fill('0.6');
  await page.getByLabel('Find a metric', { exact: true }).fill('test/');
  await row(page, id(2)).getByRole('button', { name: 'quiet otter' }).click();
  await expect(page.getByTestId('run-detail')).toHaveAttribute('data-run-id', id(2));

  const same = async (shown) => {
    await expect(shown.getByTestId('run-detail')).toHaveAttribute('data-run-id', id(2));
    await expect(shown.getByTestId('experiment').filter({ hasText: 'sweep' })).toHaveAttribute('aria-current', 'true');
    await expect.poll(() => ticked(shown)).toEqual([id(5), id(2)]);
    await expect(shown.getByTestId('find-runs')).toHaveValue('optimizer');
    await expect(shown.getByTestId('only-success')).toHaveAttribute('aria-pressed', 'true');
    await expect(shown.getByRole('columnheader', { name: 'Run', exact: true })).toHaveAttribute('aria-sort', 'ascending');
    await expect(shown.getByTestId('x-axis')).toHaveValue('relative');
    for (const pressed of ['y-log', 'clip']) await expect(shown.getByTestId(pressed)).toHaveAttribute('aria-pressed', 'true');
    await expect(shown.getByTestId('smoothing')).toHaveValue('0.6');
    await expect(shown.locator('entrenar-metric-chart h4')).toHaveText(['test/loss', 'test/accuracy']);
  };
  await same(page);
  await page.reload();
  await same(page);
  await same(await dashboard(new URL(page.url()).searchParams.toString()));
  await page.bringToFront();
  await page.getByTestId('tab-compare').click();
  await page.goBack();
  await same(page);
});

test('a zoom is in the address', async ({ dashboard, runs }) => {
  void runs;
  const page = await dashboard(`experiment=${SWEEP}&runs=${id(2)}&metric=train/loss&range=10~20`);
  await points(page, 'train/loss', SHORT);
  await card(page, 'train/loss').getByTestId('chart-table-toggle').click();
  await expect(card(page, 'train/loss').getByTestId('chart-table').locator('tbody tr')).toHaveCount(11);
});

test('an address that names what is not there says so, and offers what is', async ({ dashboard, runs }) => {
  void runs;
  const page = await dashboard(`experiment=${SWEEP}&runs=${id(2)},run-77&run=run-78`);
  await expect(page.getByTestId('missing')).toContainText('run-77, run-78');
  await expect.poll(() => ticked(page)).toEqual([id(2)]);
  await page.getByRole('button', { name: 'Show what there is' }).click();
  await expect(page.getByTestId('missing')).toHaveCount(0);
  await expect.poll(() => ticked(page)).toHaveLength(5);
  const lost = await dashboard('experiment=exp-99');
  await expect(lost.getByTestId('missing')).toContainText('exp-99');
  await lost.getByRole('button', { name: 'Show what there is' }).click();
  await expect(lost.getByTestId('run-row').first()).toBeVisible();
});
