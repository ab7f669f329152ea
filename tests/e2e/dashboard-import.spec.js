// Exports and imports in the dashboard: saved as a person would, given back by the file chooser and by dropping.
import { readFile, writeFile } from 'node:fs/promises';
import { barriers, roomBeside } from './fixtures/dashboard.js';
import { expect, test } from './fixtures/test.js';

async function withRuns(page) {
  await page.evaluate(async () => {
    for (const [name, scale] of [['first', 1], ['second <b>2</b>', 2]]) {
      const run = await entrenar.WasmRun.new('mnist', { run_name: name });
      run.log_series('train/loss', Float64Array.from({ length: 500 }, (_, step) => scale / (step + 1)));
      run.log_artifact('notes', new TextEncoder().encode('hello'));
      await run.finish();
    }
  });
}

/** Saves a file by the dialog and returns what it is called and where it is. */
async function save(page, kind, scope) {
  await page.getByTestId('open-files').click();
  if (scope) await page.getByRole('radio', { name: scope }).check();
  await page.getByTestId('export-kind').selectOption(kind);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export').click()]);
  await expect(page.getByTestId('file-work')).toContainText('Saved “');
  await page.getByTestId('files-close').click();
  return { name: download.suggestedFilename(), path: await download.path() };
}

test('what is exported by the dialog is imported by it into an empty browser, and shown', async ({ open, site, browser }) => {
  const first = await open();
  await withRuns(first);
  const page = await first.context().newPage();
  await page.goto(site.page);
  const { name, path } = await save(page, 'jsonl', /^Everything in this browser \(2\)/);
  expect(name).toMatch(/^entrenar.\d{4}-\d\d-\d\d\.jsonl$/);
  const elsewhere = await (await browser.newContext()).newPage();
  await elsewhere.goto(site.page);
  await expect(elsewhere.getByTestId('empty')).toBeVisible();
  await elsewhere.getByTestId('open-files').click();
  await elsewhere.getByTestId('import').setInputFiles(path);
  await expect(elsewhere.getByTestId('file-work')).toContainText('Imported 2 runs.');
  await elsewhere.getByTestId('show-imported').click();
  await expect(elsewhere.getByTestId('files-dialog')).toHaveCount(0);
  await expect(elsewhere.getByRole('row', { name: /second <b>2<\/b>/ })).toBeVisible();
  await expect(elsewhere.locator('entrenar-metric-chart')).toHaveCount(1);
  await elsewhere.context().close();
});

test('runs in the charts are exported as CSV of either shape and as event files, each named after its experiment', async ({ open, site }) => {
  const first = await open();
  await withRuns(first);
  const page = await first.context().newPage();
  await page.goto(site.page);
  const long = await save(page, 'csv', /^Those in the charts \(2\)/);
  expect(long.name).toMatch(/^mnist.\d{4}-\d\d-\d\d\.csv$/);
  expect((await readFile(long.path, 'utf8')).split('\r\n').length).toBe(1002);
  const wide = await save(page, 'wide');
  expect((await readFile(wide.path, 'utf8')).split('\r\n')[0]).toContain('train/loss');
  const events = await save(page, 'tensorboard');
  expect(events.name).toMatch(/\.zip$/);
  expect((await readFile(events.path)).includes('tfevents')).toBe(true);
});

test('a file that is dropped on the page is imported, and one that is no such file is refused in words', async ({ open, site }, testInfo) => {
  const first = await open();
  const page = await first.context().newPage();
  await page.goto(site.page);
  await expect(page.getByTestId('empty')).toBeVisible();
  const drop = async (name, text) => {
    const transfer = await page.evaluateHandle(
      ([name, text]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], name));
        return transfer;
      },
      [name, text],
    );
    for (const type of ['dragover', 'drop']) await page.locator('entrenar-dashboard .page').dispatchEvent(type, { dataTransfer: transfer });
  };
  await drop('holiday.txt', 'no runs in here');
  const work = page.getByTestId('file-work');
  await expect(work).toContainText('nothing was imported');
  await page.getByTestId('files-close').click();
  // It forgets what was chosen when it says that it is closed, and goes then.
  await expect(page.getByTestId('files-dialog')).toHaveCount(0);
  await drop('runs.csv', 'step,timestamp,loss,acc\n1,2026-01-01T00:00:00Z,0.5,0.1\n2,,0.25,0.2\n');
  await page.getByTestId('import-csv').click();
  await expect(work).toContainText('Imported one run.');
  await expect(work.getByRole('listitem')).toContainText(['have that of the file']);
  await page.getByTestId('show-imported').click();
  await expect(page.locator('entrenar-metric-chart')).toHaveCount(2);
  await writeFile(testInfo.outputPath('dropped.png'), await page.screenshot());
});

test('the dialog has nothing that axe finds, light and dark, wide and narrow, and closes by Escape', async ({ open, site }) => {
  const first = await open();
  await withRuns(first);
  const page = await first.context().newPage();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(site.page);
      await page.getByTestId('open-files').click();
      await expect(page.getByTestId('files-dialog')).toBeVisible();
      expect(await barriers(page)).toEqual([]);
      expect(await roomBeside(page.getByTestId('files-dialog'))).toBeGreaterThanOrEqual(0);
      await page.keyboard.press('Escape');
      await expect(page.getByTestId('files-dialog')).toHaveCount(0);
    }
  }
});
