// Backups in the dashboard: the folder is a real one, of the origin private file system, in place of the one that a person would pick.
import { elsewhere, prepare } from './fixtures/backups.js';
import { barriers } from './fixtures/dashboard.js';
import { expect, openIn, test } from './fixtures/test.js';

const DAY = 86_400_000;
/** There was none before; "just now" it says for five seconds. */
const MADE = /^The last one was made (just now|\d+ s ago)\.$/;

/** The picker gives a folder at once: there is no driving it without a person. */
const givePicker = (pages) =>
  pages.addInitScript(() => {
    globalThis.showDirectoryPicker = async ({ mode }) => {
      globalThis.pickedMode = mode;
      return (await navigator.storage.getDirectory()).getDirectoryHandle('chosen', { create: true });
    };
  });

/** The dashboard over two runs. */
async function dashboard({ context, site }, { pick = true } = {}) {
  const logging = await openIn(context, site.formats);
  await prepare(logging);
  await logging.evaluate(() => logRuns());
  const page = await context.newPage();
  if (pick) await givePicker(page);
  await page.goto(site.page);
  return { page, logging };
}

/** The dashboard as it is so many days later, when the page has come to rest. */
async function openLater({ context, site }, days) {
  const page = await context.newPage();
  await page.clock.install({ time: Date.now() + days * DAY });
  await page.goto(site.page);
  await expect(page.getByTestId('run-row').first()).toBeVisible();
  await page.clock.runFor(4500);
  return page;
}

test('a folder that is chosen is backed up into, and one click in a fresh profile brings it back', async ({ context, site, browser, problems }) => {
  void problems;
  const { page, logging } = await dashboard({ context, site });
  await page.getByTestId('health').click();
  await expect(page.getByTestId('last-backup')).toHaveText('There is none yet.');
  await page.getByTestId('backup-choose').click();
  await expect(page.getByTestId('last-backup')).toHaveText(MADE);
  expect(await page.evaluate(() => pickedMode)).toBe('readwrite');
  await expect(page.getByTestId('backup')).toContainText('Into the folder “chosen”');

  const fresh = await elsewhere(browser, site.formats, await logging.evaluate(() => files()));
  const other = await fresh.context().newPage();
  await givePicker(other);
  await other.goto(site.page);
  await other.getByTestId('restore').click();
  await expect(other.locator('.toast')).toContainText('Restored 2 runs.');
  await expect(other.getByTestId('run-row')).toHaveCount(1);
  expect(await fresh.evaluate(() => contents())).toEqual(await logging.evaluate(() => contents()));
  await fresh.context().close();
});

test('a restore says which run it left alone, though the backup has more of it', async ({ context, site, browser, problems }) => {
  void problems;
  const { page, logging } = await dashboard({ context, site });
  await page.getByTestId('health').click();
  await page.getByTestId('backup-choose').click();
  await expect(page.getByTestId('last-backup')).toHaveText(MADE);
  const fresh = await elsewhere(browser, site.formats, await logging.evaluate(() => files()));
  await fresh.evaluate(async () => (await entrenar.WasmStorage.open()).restore(await chosen()));
  await logging.evaluate(async () => {
    const run = await entrenar.WasmRun.resume('run-1');
    run.log_series('loss', new Float64Array(1200));
    await (await entrenar.WasmStorage.open()).back_up(await chosen());
  });
  await fresh.evaluate((files) => put(files), await logging.evaluate(() => files()));
  const other = await fresh.context().newPage();
  await givePicker(other);
  await other.goto(site.page);
  await other.getByTestId('health').click();
  await other.getByTestId('backup-restore').click();
  const said = 'No run was restored. One run is here with less than the backup has, and was left alone.';
  await expect(other.locator('.toast')).toContainText(said);
  await expect(other.getByTestId('backup-status')).toContainText(said);
  await expect(other.getByTestId('backup')).toContainText('run-1: 1200 points');
  await fresh.context().close();
});

test('what is new is backed up by itself at intervals, after a reload too, and by one tab of several', async ({ context, site, problems }) => {
  void problems;
  const { page, logging } = await dashboard({ context, site });
  await page.getByTestId('health').click();
  await page.getByTestId('backup-choose').click();
  await expect(page.getByTestId('last-backup')).toHaveText(MADE);
  const names = () => logging.evaluate(async () => Object.keys(await files()).length);
  const before = await names();
  await logging.evaluate(async () => {
    const run = await entrenar.WasmRun.new('later');
    run.log_metric('loss', 1);
    await run.finish();
  });
  await page.close();
  const tabs = [await context.newPage(), await context.newPage()];
  for (const tab of tabs) {
    await tab.clock.install({ time: Date.now() + 6 * 60_000 });
    await tab.goto(site.page);
    await expect(tab.getByTestId('run-row').first()).toBeVisible();
  }
  await Promise.all(tabs.map((tab) => tab.clock.runFor(4500)));
  await expect.poll(names, { timeout: 30_000 }).toBe(before + 1);
});

test('a backup that fails says what to do, and goes on when that is done', async ({ context, site, problems }) => {
  const { page } = await dashboard({ context, site });
  await page.evaluate(() => {
    globalThis.permission = 'granted';
    FileSystemHandle.prototype.queryPermission = async () => globalThis.permission;
    FileSystemHandle.prototype.requestPermission = async () => (globalThis.permission = 'granted');
  });
  await page.getByTestId('health').click();
  await page.getByTestId('backup-choose').click();
  await expect(page.getByTestId('last-backup')).toHaveText(MADE);
  // The folder is gone.
  await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry('chosen', { recursive: true }));
  await page.getByTestId('backup-now').click();
  await expect(page.getByTestId('backup-status')).toContainText('the folder is gone or was moved');
  await expect(page.getByTestId('health')).toHaveAttribute('aria-label', 'Storage: not backed up');
  // The browser asks anew.
  await page.evaluate(() => (globalThis.permission = 'prompt'));
  await page.keyboard.press('Escape');
  await page.evaluate(() => navigator.storage.getDirectory().then((root) => root.getDirectoryHandle('chosen', { create: true })));
  await page.getByTestId('health').click();
  await page.getByTestId('backup-choose').click();
  await expect(page.getByTestId('backup-grant')).toBeVisible();
  await page.getByTestId('backup-grant').click();
  await expect(page.getByTestId('last-backup')).toHaveText(MADE);
  await expect(page.getByTestId('health')).toHaveAttribute('aria-label', 'Storage: in order');
  problems.clear();
});

test('where a page cannot write into folders it reminds of saving a file, which can be put off', async ({ context, site, problems }) => {
  void problems;
  await context.addInitScript(() => {
    delete globalThis.showDirectoryPicker;
  });
  const { page: young } = await dashboard({ context, site }, { pick: false });
  await young.getByTestId('health').click();
  await expect(young.getByTestId('backup')).toContainText('Pages cannot write into folders here');
  await expect(young.getByTestId('backup-reminder')).toHaveCount(0);
  await young.close();

  const page = await openLater({ context, site }, 2);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId('backup-reminder').getByRole('button', { name: 'Save a file' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^entrenar_\d{4}-\d\d-\d\d\.jsonl\.gz$/);
  await expect(page.getByTestId('backup-reminder')).toHaveCount(0);
  await page.close();
  const next = await openLater({ context, site }, 5);
  await next.getByTestId('health').click();
  await expect(next.getByTestId('last-backup')).toContainText('The last one was made on');
  await expect(next.getByTestId('backup-reminder')).toHaveCount(0);
});

test('the reminder of a folder comes once', async ({ context, site, problems }) => {
  void problems;
  const { page: first } = await dashboard({ context, site });
  await first.close();
  await givePicker(context);
  const page = await openLater({ context, site }, 2);
  await page.getByTestId('backup-reminder').getByRole('button', { name: 'Not now' }).click();
  await expect(page.getByTestId('backup-reminder')).toHaveCount(0);
  await page.close();
  const later = await openLater({ context, site }, 90);
  await later.getByTestId('health').click();
  await expect(later.getByTestId('backup-choose')).toBeVisible();
  await expect(later.getByTestId('backup-reminder')).toHaveCount(0);
});

for (const width of [360, 1440]) {
  test(`the storage panel says what this browser does, ${width} px wide, and axe finds nothing`, async ({ context, site, problems }) => {
    void problems;
    const { page } = await dashboard({ context, site });
    await page.setViewportSize({ width, height: 900 });
    await page.getByTestId('health').click();
    const facts = page.getByTestId('browser-facts');
    await expect(facts).toContainText('in this browser, for this address alone');
    await expect(facts).toContainText('may delete it, all at once, when the disk runs low');
    await expect(facts).toContainText('private window forgets everything');
    await expect(facts).not.toContainText('Safari');
    await expect(page.getByTestId('backup-choose')).toBeVisible();
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await barriers(page)).toEqual([]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}

test('in Safari the panel says that it deletes everything after seven days', async ({ browser, site }) => {
  const context = await browser.newContext({
    userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
  });
  const page = await context.newPage();
  await page.goto(site.page);
  await page.getByTestId('health').click();
  await expect(page.getByTestId('browser-facts')).toContainText('once it was not used for seven days');
  await context.close();
});
