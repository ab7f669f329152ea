// Sharing a file from the dashboard. What the system does with it is stubbed: no browser here has a dialog for that.
import { expect, test } from './fixtures/test.js';

/** The dialog of a page with one run, in a browser whose system shares files as `share` says; without it, one that shares none. */
async function openDialog({ open, site }, share) {
  const first = await open();
  await first.evaluate(async () => {
    const run = await entrenar.WasmRun.new('mnist', { run_name: 'first' });
    run.log_metric('loss', 0.5);
    await run.finish();
  });
  const page = await first.context().newPage();
  if (share) {
    await page.addInitScript(`
      globalThis.shared = [];
      navigator.canShare = ({ files }) => files.every((file) => file instanceof File && !file.name.endsWith('.zip'));
      navigator.share = async ({ files: [file], title }) => {
        const share = ${share};
        share(shared.length);
        shared.push([file.name, file.type, title, await file.text()]);
      };`);
  } else {
    await page.addInitScript(() => { delete Navigator.prototype.canShare; });
  }
  await page.goto(site.page);
  await page.getByTestId('open-files').click();
  return page;
}

const shared = (page) => page.evaluate(() => globalThis.shared);

test('a file is shared as the system does it, in the format that is chosen', async ({ open, site }) => {
  const page = await openDialog({ open, site }, '() => {}');
  await page.getByTestId('export-kind').selectOption('csv');
  await page.getByTestId('share').click();
  await expect(page.getByTestId('file-work')).toContainText('Shared “mnist');
  const [[name, type, title, text]] = await shared(page);
  expect([name, type]).toEqual([expect.stringMatching(/^mnist_\d{4}-\d\d-\d\d\.csv$/), 'text/csv;charset=utf-8']);
  expect(title).toMatch(/^mnist \d{4}/);
  expect(text).toContain('experiment,run_id,run_name,key');
  // This system says that it shares no zip files.
  await page.getByTestId('export-kind').selectOption('tensorboard');
  await expect(page.getByTestId('share')).toHaveCount(0);
  await expect(page.getByTestId('export')).toBeVisible();
});

test('a file that the system does not take after all is saved', async ({ open, site }) => {
  const page = await openDialog({ open, site }, `() => { throw new DOMException('no', 'NotAllowedError'); }`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('share').click()]);
  expect(download.suggestedFilename()).toMatch(/^mnist.*\.jsonl$/);
  await expect(page.getByTestId('file-work')).toContainText('This device shares no such files: saved');
});

test('a file that was not shared, or is ready too late after the click, is shared by another', async ({ open, site }) => {
  const page = await openDialog({ open, site }, `(before) => { if (!globalThis.again) { globalThis.again = true; throw new DOMException('no', 'AbortError'); } }`);
  await page.getByTestId('share').click();
  await expect(page.getByTestId('file-work')).toContainText('was not shared');
  await page.getByTestId('share-again').click();
  await expect(page.getByTestId('file-work')).toContainText('Shared “mnist');
  await expect(page.getByTestId('share-again')).toHaveCount(0);
  await page.evaluate(() => { Object.defineProperty(navigator, 'userActivation', { value: { isActive: false }, configurable: true }); });
  await page.getByTestId('share').click();
  await expect(page.getByTestId('file-work')).toContainText('is ready');
  expect(await shared(page)).toHaveLength(1);
  await page.evaluate(() => { delete navigator.userActivation; });
  await page.getByTestId('share-again').click();
  await expect(page.getByTestId('file-work')).toContainText('Shared “mnist');
  expect(await shared(page)).toHaveLength(2);
});

test('where the browser shares nothing, the file can be saved', async ({ open, site }) => {
  const page = await openDialog({ open, site });
  await expect(page.getByTestId('export')).toBeVisible();
  await expect(page.getByTestId('share')).toHaveCount(0);
});
