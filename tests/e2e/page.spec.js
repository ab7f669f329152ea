// The page as a visitor meets it: the demo trains, the dashboard shows it, and a reload loses nothing.
import { expect, loaded, openIn, readSeries, test } from './fixtures/test.js';

// A training is a thousand batches with a frame drawn after each.
test.describe.configure({ timeout: 150_000 });

const BATCHES = 45;
const EPOCHS = 24;

async function openPage(context, site) {
  const page = await context.newPage();
  await page.goto(site.page);
  return page;
}

async function startTraining(page) {
  await page.getByTestId('start').click();
  await expect(page.getByTestId('status')).toHaveAttribute('data-phase', 'training');
}

/** The row of the run in the dashboard of `page`. */
const row = (page, runId = 'run-0') => page.locator(`[data-testid="run-row"][data-run-id="${runId}"]`);

/** Turns the chart of `metric` into a table and waits for `count` rows; returns their cells as text. */
async function chartRows(page, metric, count) {
  const chart = page.locator('entrenar-metric-chart').filter({ has: page.getByRole('heading', { name: metric, exact: true }) });
  await chart.getByTestId('chart-table-toggle').click();
  const rows = chart.getByTestId('chart-table').locator('tbody tr');
  await expect(rows).toHaveCount(count);
  return rows.evaluateAll((found) => found.map((one) => [...one.cells].map((cell) => cell.textContent.trim())));
}

test('the demo learns more than 90 % of the test digits, and its run and curves are there after a reload', async ({ context, site, problems }) => {
  const page = await openPage(context, site);
  await expect(page.getByTestId('empty')).toBeVisible();
  await startTraining(page);
  await expect(row(page)).toHaveAttribute('data-status', 'Running');
  await expect(page.getByTestId('status')).toHaveAttribute('data-phase', 'finished', { timeout: 120_000 });
  const accuracy = Number(await page.getByTestId('test-accuracy').getAttribute('data-value'));
  expect(accuracy).toBeGreaterThan(0.9);
  await expect(row(page)).toHaveAttribute('data-status', 'Success');

  await page.reload();
  await expect(row(page)).toHaveAttribute('data-status', 'Success');
  const rows = await chartRows(page, 'test/accuracy', EPOCHS);
  expect(Number(rows.at(-1)[1])).toBeCloseTo(accuracy, 3);

  const reader = await openIn(context, site.blank);
  const { steps, values } = await readSeries(reader, 'run-0', 'test/accuracy');
  expect(steps).toEqual(Array.from({ length: EPOCHS }, (_, epoch) => (epoch + 1) * BATCHES - 1));
  expect(values.at(-1)).toBe(accuracy);
  for (const key of ['train/loss', 'train/accuracy', 'learning_rate']) {
    expect((await readSeries(reader, 'run-0', key)).steps).toEqual(Array.from({ length: EPOCHS * BATCHES }, (_, step) => step));
  }
  expect(problems.list).toEqual([]);
});

test('a reload in the middle of the training leaves a run that can be resumed to its end', async ({ context, site, problems }) => {
  const page = await openPage(context, site);
  await startTraining(page);
  // Two epochs are over: their weights and scores are what the resumed run goes on from.
  await expect(page.getByTestId('test-accuracy')).not.toHaveAttribute('data-value', '');
  // An epoch may last half a second.
  await expect(page.locator('training-demo')).toContainText(/epoch ([3-9]|1\d) of/);
  await page.reload();
  await expect(row(page)).toHaveAttribute('data-status', 'interrupted');
  await page.locator('[data-testid="interrupted"][data-run-id="run-0"]').getByTestId('resume').click();
  await expect(row(page)).toHaveAttribute('data-status', 'Running');
  await expect(page.getByTestId('status')).toHaveAttribute('data-phase', 'finished', { timeout: 120_000 });
  await expect(row(page)).toHaveAttribute('data-status', 'Success');
  await expect(page.getByTestId('run-row')).toHaveCount(1);

  const reader = await openIn(context, site.blank);
  // The batches of the epoch that was cut short are logged once more; no step is missing and none comes twice.
  const { steps } = await readSeries(reader, 'run-0', 'train/loss');
  expect(steps).toEqual(steps.map((_, index) => index));
  expect(steps.length).toBeGreaterThanOrEqual(EPOCHS * BATCHES);
  const scores = await readSeries(reader, 'run-0', 'test/accuracy');
  expect(scores.values).toHaveLength(EPOCHS);
  expect(scores.values.at(-1)).toBeGreaterThan(0.9);
  expect(problems.list).toEqual([]);
});

for (const [button, phase, status] of [
  ['stop', 'stopped', 'Cancelled'],
  ['fail', 'failed', 'Failed'],
]) {
  test(`the button "${button}" ends the run as ${status}, and that is kept`, async ({ context, site, problems }) => {
    const page = await openPage(context, site);
    await startTraining(page);
    await expect(page.locator('training-demo')).toContainText(/epoch \d+ of/);
    await page.getByTestId(button).click();
    await expect(page.getByTestId('status')).toHaveAttribute('data-phase', phase);
    await expect(row(page)).toHaveAttribute('data-status', status);
    await page.reload();
    await expect(row(page)).toHaveAttribute('data-status', status);
    await expect(page.getByTestId('start')).toBeEnabled();
    expect(problems.list).toEqual([]);
  });
}

test('another tab shows a run that is logged by a script, while it is logged', async ({ context, site, open }) => {
  const page = await openPage(context, site);
  const writer = await open();
  await loaded(writer);
  await writer.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('elsewhere', { run_name: 'from another tab' });
    for (const value of [4, 3, 2]) run.log_metric('loss', value);
  });
  await expect(row(page)).toHaveAttribute('data-status', 'Running');
  await expect(row(page)).toContainText('from another tab');
  await writer.evaluate(() => {
    run.log_metric('loss', 1);
    return run.finish();
  });
  await expect(row(page)).toHaveAttribute('data-status', 'Success');
  const rows = await chartRows(page, 'loss', 4);
  expect(rows.map(([step, value]) => [Number(step), Number(value)])).toEqual([[0, 4], [1, 3], [2, 2], [3, 1]]);
});

test('the demo folds away once there is data of one\'s own, opens on request, and stays as it was left', async ({ context, site, open }) => {
  const demo = (page) => page.locator('#demo');
  const toggle = (page) => page.getByRole('button', { name: 'Demo' });
  const first = await openPage(context, site);
  await expect(demo(first)).toBeVisible();
  await expect(toggle(first)).toHaveAttribute('aria-expanded', 'true');
  const other = await open();
  await other.evaluate(async () => {
    const run = await entrenar.WasmRun.new('mine');
    run.log_metric('loss', 1);
    await run.finish();
  });
  // What is looked at is not moved.
  await expect(first.getByTestId('experiment')).toHaveCount(1);
  await expect(demo(first)).toBeVisible();
  await first.reload();
  await expect(demo(first)).toBeHidden();
  await expect(toggle(first)).toHaveAttribute('aria-expanded', 'false');
  await toggle(first).click();
  await expect(demo(first)).toBeVisible();
  await first.reload();
  await expect(first.getByTestId('chart').first()).toBeVisible();
  await expect(demo(first)).toBeVisible();
  await toggle(first).click();
  const next = await openPage(context, site);
  await expect(next.getByTestId('chart').first()).toBeVisible();
  await expect(demo(next)).toBeHidden();
});
