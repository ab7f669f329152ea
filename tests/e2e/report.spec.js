// Reports: one file with runs and the dashboard, saved as a person would, and opened from disk with the network cut.
import { barriers, card, expect, LOSS, points, tableRows, test } from './fixtures/dashboard.js';
import { openReport, reportFile, saveReport, template } from './fixtures/reports.js';
import { noteRequests } from './fixtures/server.js';
import { NAMES, SHORT } from './fixtures/tracked-runs.js';

const pick = (page, name) => page.getByRole('checkbox', { name: `Show ${name} in the charts` });

/** Opens the dashboard with two runs chosen, and saves a report of them. */
async function reportOfTwo(dashboard) {
  const page = await dashboard('experiment=exp-1&runs=run-1,run-2');
  await points(page, LOSS, 2 * SHORT);
  await card(page, LOSS).getByTestId('chart-table-toggle').click();
  const rows = await tableRows(page, LOSS);
  return { page, rows, path: await saveReport(page, /^Those in the charts/) };
}

test('a report shows its runs from disk without a network: zoomed, smoothed, compared, searched, as numbers', async ({ dashboard, runs, browser }) => {
  void runs;
  const { rows, path } = await reportOfTwo(dashboard);
  // The order of the runs is the page's own affair.
  const unordered = (rows) => rows.map(([step, ...values]) => [step, ...values.sort()]);
  expect(path).toMatch(/sweep.\d{4}-\d\d-\d\d\.html$/);
  const { page, asked, problems } = await openReport(browser, path);
  await expect(page).toHaveTitle(`${NAMES[0]}, ${NAMES[1]} · sweep · entrenar`);
  await expect(page.getByTestId('run-row')).toHaveCount(2);
  await points(page, LOSS, 2 * SHORT);
  await card(page, LOSS).getByTestId('chart-table-toggle').click();
  expect(unordered(await tableRows(page, LOSS))).toEqual(unordered(rows));

  const toggle = card(page, LOSS).getByTestId('chart-table-toggle');
  await toggle.click();
  await card(page, LOSS).getByTestId('chart').focus();
  await page.keyboard.press('+');
  await expect(page.getByTestId('zoom-reset')).toBeVisible();
  await toggle.click();
  await expect.poll(async () => (await tableRows(page, LOSS)).length).toBeLessThan(rows.length);
  await page.getByTestId('zoom-reset').click();
  await expect.poll(async () => (await tableRows(page, LOSS)).length).toBe(rows.length);
  await toggle.click();

  const last = card(page, LOSS).locator('.readout .value').first();
  const unsmoothed = await last.textContent();
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette').getByRole('combobox').fill('smoothing 0.9');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('smoothing-number')).toHaveValue('0.9');
  await expect(last).not.toHaveText(unsmoothed);

  await page.getByTestId('tab-compare').click();
  const compare = page.getByTestId('compare');
  await expect(compare.getByRole('row', { name: /^lr/ })).toContainText('0.003');
  await expect(compare.getByRole('row', { name: /^optimizer/ })).toContainText('adam');
  await page.getByTestId('tab-charts').click();

  await pick(page, NAMES[0]).uncheck();
  await points(page, LOSS, SHORT);
  expect(asked, 'what was asked for').toEqual([]);
  expect(problems, 'problems that the page reported').toEqual([]);
  expect(await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)), 'databases that it made').toEqual([]);
  await page.context().close();
});

test('in a report nothing can be changed', async ({ dashboard, runs, browser }) => {
  void runs;
  const { path } = await reportOfTwo(dashboard);
  const { page } = await openReport(browser, path);
  await page.getByRole('row', { name: NAMES[1] }).getByRole('button', { name: NAMES[1] }).click();
  const detail = page.getByTestId('run-detail');
  await expect(detail).toContainText('vision');
  await expect(detail.getByRole('button', { name: 'Close the run' })).toBeVisible();
  await pick(page, NAMES[0]).uncheck();
  await points(page, LOSS, SHORT);
  for (const control of ['rename', 'delete-run', 'close-run', 'tag', 'tag-add', 'delete-selected', 'delete-experiment', 'open-files', 'open-mlflow', 'health', 'memory-only']) {
    await expect(page.getByTestId(control), control).toHaveCount(0);
  }
  await page.context().close();
});

test('what wants to send something from a report, or get something into it, is not let', async ({ dashboard, runs, browser }) => {
  void runs;
  const { path } = await reportOfTwo(dashboard);
  const { origin, asked, stop } = await noteRequests();
  const { page } = await openReport(browser, path, { offline: false, blocked: /^$/ });
  await points(page, LOSS, 2 * SHORT);
  const tried = await page.evaluate(async (origin) => {
    const make = (name, properties) => Object.assign(document.createElement(name), properties);
    const form = make('form', { action: `${origin}/form`, target: '_blank' });
    document.head.append(make('base', { href: `${origin}/base/` }), make('script', { text: 'globalThis.injected = true' }), make('script', { src: `${origin}/script.js` }));
    document.head.append(make('link', { rel: 'stylesheet', href: `${origin}/style.css` }));
    document.body.append(form, make('iframe', { src: `${origin}/frame` }));
    form.submit();
    const image = new Image();
    const failed = new Promise((resolve) => image.addEventListener('error', () => resolve('no picture')));
    image.src = `${origin}/picture.png`;
    try {
      navigator.sendBeacon(`${origin}/beacon`, 'points');
      new WebSocket(origin.replace('http', 'ws'));
    } catch {
      // Refused at once.
    }
    return [await fetch(`${origin}/fetched`).then(() => 'fetched', () => 'not fetched'), await failed, globalThis.injected, document.baseURI.slice(0, 5)];
  }, origin);
  expect(tried).toEqual(['not fetched', 'no picture', undefined, 'file:']);
  // What a page outside asks for arrives, and later than what the report asked for.
  const outside = await page.context().newPage();
  await outside.goto(`${origin}/outside`);
  expect(asked).toEqual(['/outside']);
  await page.context().close();
  await stop();
});

/** The text of a report of these runs. */
const exported = (page, ids, template) => page.evaluate(async ([ids, template]) => {
  const storage = await entrenar.WasmStorage.open();
  return (await storage.export_runs(ids, 'html', { template })).text();
}, [ids, template]);

test('names, keys and settings of whatever kind are text in a report', async ({ open, site, browser }) => {
  const page = await open(site.formats);
  const hostile = '</script><img src=x onerror="globalThis.hacked=1"><!--<script>';
  const id = await page.evaluate(async (hostile) => {
    const run = await entrenar.WasmRun.new(hostile, { run_name: hostile, config: { [hostile]: hostile }, tags: { [hostile]: hostile } });
    for (const value of [0.5, NaN, Infinity, -Infinity, -0]) run.log_metric(hostile, value);
    await run.finish();
    return run.run_id();
  }, hostile);
  const { page: shown, asked, problems } = await openReport(browser, await reportFile(await exported(page, [id], await template())));
  await expect(card(shown, hostile)).toBeVisible();
  await expect(shown).toHaveTitle(`${hostile} · ${hostile} · entrenar`);
  await shown.getByTestId('run-row').getByRole('button', { name: hostile }).click();
  await expect(shown.getByTestId('run-detail').getByRole('definition').filter({ hasText: hostile })).toHaveCount(2);
  expect(await shown.evaluate(() => [globalThis.hacked, document.querySelectorAll('img').length])).toEqual([undefined, 0]);
  expect([asked, problems]).toEqual([[], []]);
  await shown.context().close();
});

test('a report is imported like any other file: the very points', async ({ open, site, browser }) => {
  const page = await open(site.formats);
  const id = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('mnist', { run_name: 'first', config: { lr: 0.1 }, tags: { team: 'vision' } });
    run.log_series('loss', Float64Array.from({ length: 30_000 }, (_, index) => Math.fround(Math.sin(index))));
    run.log_series('exact', Float64Array.from({ length: 9_000 }, (_, index) => Math.sin(index) / 3));
    [NaN, Infinity, -Infinity, -0, 5e-324].forEach((value, index) => run.log_metric_at('odd', 7 - (index % 3), value));
    run.log_metric_at('odd', Number.MAX_SAFE_INTEGER, 1);
    await run.finish();
    return run.run_id();
  });
  const contents = async (id) => {
    const storage = await entrenar.WasmStorage.open();
    const { run_name, status, config, tags, created_ms, started_ms, ended_ms } = storage.run(id);
    const series = {};
    for (const key of storage.list_metric_keys(id)) {
      const { step, value, timestamp } = await storage.get_metrics(id, key);
      series[key] = [[...step], [...value].map((each) => (Object.is(each, -0) ? '-0' : String(each))), [...timestamp]];
    }
    return { run_name, status, config, tags, created_ms, started_ms, ended_ms, series };
  };
  const before = await page.evaluate(contents, id);
  const text = await exported(page, [id], await template());
  const context = await browser.newContext();
  const elsewhere = await context.newPage();
  await elsewhere.goto(site.formats);
  await elsewhere.waitForFunction(() => 'entrenar' in globalThis);
  const imported = await elsewhere.evaluate(async (text) => {
    const storage = await entrenar.WasmStorage.open();
    const cutOff = await storage.import_runs(new Blob([text.slice(0, text.indexOf('id="runs">') + 9_000)])).catch(({ code }) => code);
    return [cutOff, storage.list_experiments().length, ...(await storage.import_runs(new Blob([text])))];
  }, text);
  expect(imported.slice(0, 2)).toEqual(['InvalidFile', 0]);
  expect(await elsewhere.evaluate(contents, imported[2])).toEqual(before);
  await context.close();
});

test('a package without the page of reports says so, and so does a page that is none', async ({ open, site }) => {
  const page = await open(site.formats);
  const failures = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const failure = (promise) => promise.then(() => 'it went through', ({ code }) => code);
    return [await failure(storage.export_runs([], 'html')), await failure(storage.export_runs([], 'html', { template: '<p>' })), await failure(storage.export_runs([], 'html', { template: 7 }))];
  });
  expect(failures).toEqual(['Unavailable', 'InvalidArgument', 'InvalidArgument']);
});

test('a report that is cut off, or whose runs are damaged, says so', async ({ open, site, browser }) => {
  const page = await open(site.formats);
  const whole = await exported(page, [], await template());
  const damaged = whole.replace(/(id="runs">\n..........)./, '$1!');
  for (const [text, said] of [[damaged, 'This report cannot be opened'], [whole.slice(0, whole.indexOf('id="wasm"') + 5_000), 'If this stays']]) {
    const { page: shown } = await openReport(browser, await reportFile(text));
    await expect(shown.locator('#opening')).toContainText(said);
    await shown.context().close();
  }
});

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1440]) {
    test(`nothing keeps anybody out of a report, ${colorScheme}, ${width} px`, async ({ dashboard, runs, browser }) => {
      void runs;
      const { path } = await reportOfTwo(dashboard);
      const { page } = await openReport(browser, path, { colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
      await points(page, LOSS, 2 * SHORT);
      const fits = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(await barriers(page), 'charts').toEqual([]);
      expect(await fits()).toBeLessThanOrEqual(0);
      if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/report-${colorScheme}-${width}.png` });
      await page.getByRole('row', { name: NAMES[1] }).getByRole('button', { name: NAMES[1] }).click();
      await expect(page.getByTestId('run-detail')).toBeVisible();
      expect(await barriers(page), 'detail').toEqual([]);
      expect(await fits()).toBeLessThanOrEqual(0);
      await page.context().close();
    });
  }
}
