// A run that comes from MLflow by the dialog of files, as a person has it imported.
import { writeFile } from 'node:fs/promises';
import { barriers, points, roomBeside } from './fixtures/dashboard.js';
import { test } from './fixtures/mlflow-server.js';
import { expect, watchProblems } from './fixtures/test.js';

test.describe.configure({ mode: 'serial', timeout: 120_000 });

/** A run on the server, as another browser sent it: its id there. */
async function sendRun(open, site, mlflow) {
  const page = await open(site.formats);
  const id = await page.evaluate(async (url) => {
    const run = await entrenar.WasmRun.new('mnist', { run_name: 'first <b>', config: { lr: 0.001 }, tags: { stage: 'final' } });
    run.log_series('loss', Float64Array.from({ length: 3_000 }, (_, step) => 1 / (step + 1)));
    run.log_series('accuracy', Float64Array.from({ length: 100 }, (_, step) => step / 100));
    run.log_artifact('notes.txt', new TextEncoder().encode('hello'));
    await run.finish();
    const storage = await entrenar.WasmStorage.open();
    return (await storage.sync_mlflow(run.run_id(), { url })).mlflow_run_id;
  }, mlflow.url);
  return id;
}

/** The dashboard of an empty browser. */
async function elsewhere(browser, site, options) {
  const context = await browser.newContext(options);
  const problems = watchProblems(context);
  const page = await context.newPage();
  await page.goto(site.page);
  await expect(page.getByTestId('empty')).toBeVisible();
  return { context, page, problems };
}

/** Unfolds what asks for a run of MLflow. */
async function unfold(page) {
  await page.getByTestId('open-files').click();
  await page.getByText('From an MLflow server').click();
  await expect(page.getByTestId('mlflow-run-id')).toBeVisible();
}

test('a run is imported by keyboard from the address of its page, and opened; the server is remembered and what lets one in is not', async ({ open, site, mlflow, browser, problems }) => {
  const id = await sendRun(open, site, mlflow);
  const { context, page, problems: seen } = await elsewhere(browser, site);
  const loaded = [];
  page.on('request', (request) => loaded.push(request.url()));
  await page.getByTestId('open-files').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('files-dialog')).toBeVisible();
  expect(loaded.filter((url) => url.includes('mlflow'))).toEqual([]);
  const summary = page.getByTestId('from-mlflow').locator('summary');
  for (let press = 0; press < 10 && !(await summary.evaluate((element) => element.matches(':focus'))); press += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('mlflow-run-id')).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.insertText(`${mlflow.url}/#/experiments/1/runs/${id}/model-metrics`);
  await expect(page.getByTestId('mlflow-run-id')).toHaveValue(id);
  await expect(page.getByTestId('mlflow-url')).toHaveValue(mlflow.url);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Bearer geheim');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'Imported “first <b>” from MLflow: 3,100 points.' })).toBeVisible();
  await expect(page.getByTestId('files-dialog')).toHaveCount(0);
  await expect(page.locator('entrenar-run-detail')).toContainText('first <b>');
  await expect(page.locator('entrenar-run-detail')).toContainText('notes.txt');
  await points(page, 'loss', 3_000);
  await page.reload();
  await expect(page.locator('entrenar-run-detail')).toContainText('first <b>');
  await unfold(page);
  await expect(page.getByTestId('mlflow-url')).toHaveValue(mlflow.url);
  await expect(page.getByTestId('mlflow-authorization')).toHaveValue('');
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain('geheim');
  expect(seen.list).toEqual([]);
  await context.close();
  problems.clear();
});

test('what keeps a run from being imported is said with what to do, and the next try works', async ({ open, site, mlflow, browser, problems }) => {
  const id = await sendRun(open, site, mlflow);
  const { context, page } = await elsewhere(browser, site);
  await unfold(page);
  const work = page.getByTestId('file-work');
  const fails = async (run, url, words) => {
    await page.getByTestId('mlflow-run-id').fill(run);
    await page.getByTestId('mlflow-url').fill(url);
    await page.getByTestId('import-mlflow').click();
    await expect(work).toContainText(words);
    await expect(work).toBeInViewport();
  };
  await fails(id, 'http://127.0.0.1:9', '--cors-allowed-origins');
  await fails('0123456789abcdef', mlflow.url, 'copy it from there');
  await page.route('**/api/2.0/mlflow/runs/get*', (route) => route.fulfill({ status: 401, headers: { 'access-control-allow-origin': '*' } }), { times: 1 });
  await fails(id, mlflow.url, 'Type what it wants under “Authorization”');
  await fails(id, `${site.origin}/page`, 'No MLflow server is at this address');
  await expect(page.getByTestId('empty')).toBeAttached();
  await page.getByTestId('mlflow-url').fill(mlflow.url);
  await page.getByTestId('import-mlflow').click();
  await expect(page.locator('entrenar-run-detail')).toContainText('first <b>');
  await context.close();
  problems.clear();
});

test('an import that is stopped says how far it was, and leaves nothing', async ({ open, site, mlflow, browser, problems }) => {
  const id = await sendRun(open, site, mlflow);
  const { context, page } = await elsewhere(browser, site);
  await unfold(page);
  // The first metric comes; the second one is never answered.
  let asked = 0;
  await page.route('**/get-history?*', (route) => {
    asked += 1;
    if (asked === 1) return route.continue();
  });
  await page.getByTestId('mlflow-run-id').fill(id);
  await page.getByTestId('mlflow-url').fill(mlflow.url);
  await page.getByTestId('import-mlflow').click();
  const work = page.getByTestId('file-work');
  await expect(work).toContainText(/\b(3,000|100) points so far/);
  await expect(work.getByRole('progressbar')).not.toHaveAttribute('value');
  await expect(page.getByTestId('import-mlflow')).toBeDisabled();
  await page.getByTestId('file-stop').click();
  await expect(work).toContainText('Stopped: nothing was imported.');
  await page.getByTestId('files-close').click();
  await expect(page.getByTestId('empty')).toBeVisible();
  await context.close();
  problems.clear();
});

test('a run that comes without a part of it is opened behind the dialog, which says what is missing', async ({ open, site, mlflow, browser, problems }) => {
  const id = await sendRun(open, site, mlflow);
  const { context, page } = await elsewhere(browser, site);
  await unfold(page);
  await page.route('**/mlflow-artifacts/artifacts/**', (route) => route.fulfill({ status: 404, headers: { 'access-control-allow-origin': '*' } }));
  await page.getByTestId('mlflow-run-id').fill(id);
  await page.getByTestId('mlflow-url').fill(mlflow.url);
  await page.getByTestId('import-mlflow').click();
  await expect(page.getByTestId('file-work').getByRole('listitem')).toHaveText("artifact 'notes.txt' is not there any more");
  await page.getByTestId('show-imported').click();
  await expect(page.getByTestId('files-dialog')).toHaveCount(0);
  await expect(page.locator('entrenar-run-detail')).toContainText('first <b>');
  await context.close();
  problems.clear();
});

test('the dialog has nothing that axe finds, light and dark, wide and narrow, unfolded and refused', async ({ site, browser }, testInfo) => {
  const { context, page } = await elsewhere(browser, site);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await unfold(page);
      await writeFile(testInfo.outputPath(`${colorScheme}-${width}.png`), await page.screenshot());
      await page.getByTestId('mlflow-run-id').fill('0123456789abcdef0123456789abcdef');
      await page.getByTestId('mlflow-url').fill('http://127.0.0.1:9');
      await page.getByTestId('import-mlflow').click();
      await expect(page.getByTestId('file-work')).toContainText('does not answer');
      expect(await barriers(page)).toEqual([]);
      expect(await roomBeside(page.getByTestId('files-dialog'))).toBeGreaterThanOrEqual(0);
      expect(await page.getByTestId('files-dialog').evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBe(0);
      await writeFile(testInfo.outputPath(`${colorScheme}-${width}-refused.png`), await page.screenshot());
      await page.keyboard.press('Escape');
    }
  }
  await context.close();
});
