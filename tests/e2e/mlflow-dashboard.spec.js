// Sending a run to MLflow from its detail in the dashboard, as a person would.
import { writeFile } from 'node:fs/promises';
import { barriers, roomBeside } from './fixtures/dashboard.js';
import { test } from './fixtures/mlflow-server.js';
import { expect } from './fixtures/test.js';

test.describe.configure({ mode: 'serial', timeout: 120_000 });

/** The dashboard over two runs, one of which goes on, with the detail of one of them open. */
async function openDetail(open, site, name) {
  const first = await open();
  const ids = await first.evaluate(async () => {
    const ended = await entrenar.WasmRun.new('mnist', { run_name: 'ended' });
    ended.log_series('loss', Float64Array.from({ length: 3_000 }, (_, step) => 1 / (step + 1)));
    await ended.finish();
    globalThis.running = await entrenar.WasmRun.new('mnist', { run_name: 'goes on' });
    running.log_metric('loss', 0.5);
    await running.flush();
    return { ended: ended.run_id(), 'goes on': running.run_id() };
  });
  const page = await first.context().newPage();
  await page.goto(`${site.page}?run=${ids[name]}`);
  await page.getByTestId('open-mlflow').click();
  await expect(page.getByTestId('mlflow-dialog')).toBeVisible();
  return { first, page };
}

test('a run is sent, found in MLflow, and its state is there after a reload; the server is remembered and what lets one in is not', async ({ open, site, mlflow, problems }, testInfo) => {
  const { page } = await openDetail(open, site, 'ended');
  await expect(page.getByTestId('mlflow-known')).toHaveText('Not sent anywhere yet.');
  await page.getByTestId('mlflow-url').fill(mlflow.url);
  await page.getByTestId('mlflow-experiment').fill('from the page');
  await page.getByTestId('mlflow-authorization').fill('Bearer geheim');
  await page.getByTestId('mlflow-send').click();
  await expect(page.getByTestId('mlflow-work')).toContainText('Sent: 3,000 points are in MLflow.');
  const known = page.getByTestId('mlflow-known');
  await expect(known).toContainText(`from the page at ${mlflow.url}`);
  await expect(known).toContainText(': 3,000 points.');
  await writeFile(testInfo.outputPath('sent.png'), await page.screenshot());
  await page.reload();
  await page.getByTestId('open-mlflow').click();
  await expect(known).toContainText(': 3,000 points.');
  await expect(page.getByTestId('mlflow-url')).toHaveValue(mlflow.url);
  await expect(page.getByTestId('mlflow-experiment')).toHaveValue('from the page');
  await expect(page.getByTestId('mlflow-authorization')).toHaveValue('');
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain('geheim');
  const [there] = await Promise.all([page.waitForEvent('popup'), known.getByRole('link', { name: 'Open in MLflow' }).click()]);
  await expect(there.getByText('ended').first()).toBeVisible({ timeout: 60_000 });
  await writeFile(testInfo.outputPath('in-mlflow.png'), await there.screenshot());
  problems.clear();
});

test('a run that goes on is followed until it has ended, while its dialog is closed', async ({ open, site, mlflow, problems }) => {
  const { first, page } = await openDetail(open, site, 'goes on');
  await page.getByTestId('mlflow-url').fill(mlflow.url);
  await expect(page.getByTestId('mlflow-live')).toBeChecked();
  await page.getByTestId('mlflow-send').click();
  await expect(page.getByTestId('mlflow-work')).toContainText('All sent so far; waiting for more');
  await page.getByTestId('mlflow-close').click();
  await expect(page.getByTestId('open-mlflow')).toHaveText('MLflow: live');
  await first.evaluate(() => {
    running.log_metric('loss', 0.25);
    return running.finish();
  });
  await expect(page.getByTestId('open-mlflow')).toHaveText('Send to MLflow');
  await page.getByTestId('open-mlflow').click();
  await expect(page.getByTestId('mlflow-known')).toContainText(': 2 points.');
  problems.clear();
});

test('a server that is not there is said to be, and is tried again', async ({ open, site, problems }) => {
  const { page } = await openDetail(open, site, 'ended');
  await page.getByTestId('mlflow-url').fill('http://127.0.0.1:9');
  await page.getByTestId('mlflow-send').click();
  await expect(page.getByTestId('mlflow-work')).toContainText('--cors-allowed-origins');
  await expect(page.getByTestId('mlflow-known')).toContainText('Failed');
  await expect(page.getByTestId('mlflow-send')).toHaveText('Try again');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('open-mlflow')).toHaveText('MLflow: not sent');
  problems.clear();
});

test('the dialog has nothing that axe finds, light and dark, wide and narrow', async ({ open, site }, testInfo) => {
  const { page } = await openDetail(open, site, 'ended');
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await barriers(page)).toEqual([]);
      expect(await roomBeside(page.getByTestId('mlflow-dialog'))).toBeGreaterThanOrEqual(0);
      await writeFile(testInfo.outputPath(`${colorScheme}-${width}.png`), await page.screenshot());
    }
  }
});
