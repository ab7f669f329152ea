// A CSV file in the dashboard: what its columns are read as is shown, can be chosen, and is what is imported.
import { writeFile } from 'node:fs/promises';
import { barriers, roomBeside } from './fixtures/dashboard.js';
import { expect, test } from './fixtures/test.js';

const FILE = { name: 'mine <b>1</b>.csv', mimeType: 'text/csv', buffer: Buffer.from('when;epoch;model;loss;acc;note\n1;7;a;0.5;0.1;first\n2;8;b;0.25;0.2;second\n') };

/** The dialog with this file chosen, in an empty database. */
async function choose({ open, site }, file = FILE) {
  const first = await open();
  const page = await first.context().newPage();
  await page.goto(site.page);
  await page.getByTestId('open-files').click();
  await page.getByTestId('import').setInputFiles(file);
  return page;
}

test('a CSV file is shown before it is imported, and imported by what was chosen', async ({ open, site }) => {
  const page = await choose({ open, site });
  const preview = page.getByTestId('csv-preview');
  await expect(preview).toContainText('“mine <b>1</b>.csv”');
  await expect(page.getByTestId('csv-shape')).toHaveText('A column for each metric: 3 metrics.');
  await expect(page.getByTestId('csv-x')).toHaveValue('1');
  await expect(preview.locator('tbody tr')).toHaveText([/1\s*7\s*a\s*0.5\s*0.1\s*first/, /2\s*8\s*b/]);
  await page.getByTestId('csv-run').selectOption('model');
  await expect(page.getByTestId('csv-run')).toHaveValue('2');
  await page.getByTestId('csv-timestamp').selectOption('when');
  await expect(page.getByTestId('csv-shape')).toHaveText('A column for each metric: 2 metrics.');
  await preview.getByRole('checkbox', { name: '“acc” is a metric' }).uncheck();
  await expect(page.getByTestId('csv-shape')).toHaveText('A column for each metric: one metric.');
  await expect(preview.getByRole('checkbox', { name: '“loss” is a metric' })).toBeDisabled();
  await page.getByTestId('import-csv').click();
  await expect(page.getByTestId('file-work')).toContainText('Imported 2 runs.');
  await expect(preview).toHaveCount(0);
  await page.getByTestId('show-imported').click();
  await expect(page.locator('entrenar-metric-chart')).toHaveCount(1);
  const rows = page.locator('entrenar-run-table tbody tr');
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: '0.25' })).toContainText('b');
});

test('a file that cannot be read so says where, cannot be imported, and can be once the columns are chosen right', async ({ open, site }) => {
  const page = await choose({ open, site }, { ...FILE, buffer: Buffer.from('name,what,number\na,loss,0.5\na,loss,0.25\n') });
  await page.getByTestId('csv-key').selectOption('what');
  await expect(page.getByTestId('csv-problem')).toContainText('both the column of keys and that of values are needed');
  await expect(page.getByTestId('import-csv')).toBeDisabled();
  await page.getByTestId('csv-value').selectOption('number');
  await expect(page.getByTestId('csv-shape')).toHaveText('A row for each point.');
  await page.getByTestId('csv-x').selectOption('name');
  await expect(page.getByTestId('csv-problem')).toContainText("line 2: the step 'a' is no whole number");
  await page.getByTestId('csv-x').selectOption('none: points are counted');
  await page.getByTestId('import-csv').click();
  await expect(page.getByTestId('file-work')).toContainText('Imported one run.');
});

test('a CSV file that is dropped is shown, and not imported when it is dismissed', async ({ open, site }) => {
  const first = await open();
  const page = await first.context().newPage();
  await page.goto(site.page);
  await expect(page.getByTestId('empty')).toBeVisible();
  const transfer = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['step,loss\n1,0.5\n'], 'runs.csv'));
    return transfer;
  });
  for (const type of ['dragover', 'drop']) await page.locator('entrenar-dashboard .page').dispatchEvent(type, { dataTransfer: transfer });
  await expect(page.getByTestId('csv-shape')).toHaveText('A column for each metric: one metric.');
  await page.getByTestId('dismiss-csv').click();
  await expect(page.getByTestId('csv-preview')).toHaveCount(0);
  await page.getByTestId('files-close').click();
  await expect(page.getByTestId('empty')).toBeVisible();
});

test('the preview has nothing that axe finds, fits a phone, and is used by the keyboard alone', async ({ open, site }, testInfo) => {
  const wide = { ...FILE, buffer: Buffer.from(`step,${Array.from({ length: 60 }, (_, index) => `a rather long metric ${index}`)}\n1,${Array(60).fill(0.123456789)}\n`) };
  const page = await choose({ open, site }, wide);
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await expect(page.getByTestId('csv-preview')).toContainText('and 21 more columns');
      expect(await barriers(page)).toEqual([]);
      expect(await roomBeside(page.getByTestId('csv-preview'))).toBeGreaterThanOrEqual(0);
      await writeFile(testInfo.outputPath(`${colorScheme}-${width}.png`), await page.screenshot());
    }
  }
  await page.getByTestId('import').focus();
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('csv-x')).toBeFocused();
  await page.getByTestId('import-csv').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('file-work')).toContainText('Imported one run.');
});
