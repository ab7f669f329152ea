// The back/forward cache: a page with a run stays eligible, and coming back continues the run.
import { browserFlags, browserPath } from './fixtures/browser.js';
import { expect, loaded, openIn, readSeries, test } from './fixtures/test.js';

// Playwright switches the cache off, unless asked not to.
test.use({
  launchOptions: {
    executablePath: browserPath,
    args: [...browserFlags, '--headless=new', '--enable-features=BackForwardCache'],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  },
});

for (const [where, leave] of [
  ['the same site', () => location.assign('/elsewhere.html')],
  ['another site', (elsewhere) => location.assign(elsewhere)],
]) {
  test(`a page that went to ${where} and back is the same page, and its run goes on`, async ({ context, site, open }) => {
    const page = await open();
    const runId = await page.evaluate(async () => {
      globalThis.run = await entrenar.WasmRun.new('there and back');
      globalThis.returns = [];
      addEventListener('pageshow', ({ persisted }) => returns.push(persisted));
      return run.run_id();
    });
    for (let round = 0; round < 3; round += 1) {
      await page.evaluate(async ([leave, elsewhere, round]) => {
        // A transaction that the page has under way when it is frozen makes the browser throw it out, once a reader needs the tables.
        await run.flush();
        for (let index = 0; index < 1_000; index += 1) run.log_metric('loss', (round * 1_000 + index) / 3);
        setTimeout((0, eval)(leave), 0, elsewhere);
      }, [String(leave), site.elsewhere, round]);
      await page.waitForURL('**/elsewhere.html');
      // Whoever looks meanwhile finds everything that was logged.
      const reader = await openIn(context, site.blank);
      await expect.poll(async () => (await readSeries(reader, runId, 'loss')).steps?.length).toBe((round + 1) * 1_000);
      await reader.close();
      await page.goBack({ waitUntil: 'commit' });
      // A page that the browser threw out of the cache is loaded anew, and says why.
      await expect.poll(() => page.evaluate(() => globalThis.returns ?? performance.getEntriesByType('navigation')[0]?.toJSON().notRestoredReasons)).toEqual(Array(round + 1).fill(true));
    }
    expect(await page.evaluate(() => returns)).toEqual([true, true, true]);
    await page.evaluate(async () => {
      run.log_metric('loss', 1_000);
      await run.finish();
    });
    const reader = await openIn(context, site.blank);
    const { steps, values } = await readSeries(reader, runId, 'loss');
    expect(steps).toEqual(Array.from({ length: 3_001 }, (_, index) => index));
    expect(values).toEqual(steps.map((step) => step / 3));
    const status = await reader.evaluate(async (runId) => (await entrenar.WasmStorage.open()).run(runId).status, runId);
    expect(status).toBe('Success');
    await loaded(page);
  });
}
