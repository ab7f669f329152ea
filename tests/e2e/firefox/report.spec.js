// A report in Firefox: opened from disk, with the points that were logged, zoomed, smoothed and compared; nothing is asked of a server.
import { pathToFileURL } from 'node:url';
import { expect, look, test } from '../fixtures/firefox.js';
import { reportFile, template } from '../fixtures/reports.js';
import { noteRequests } from '../fixtures/server.js';

/** So many have rows of their own. */
const LENGTH = 120;

const click = async (firefox, tab, selector) => {
  await expect.poll(() => look(firefox, tab, (all, selector) => all(selector).length, selector)).toBeGreaterThan(0);
  await look(firefox, tab, (all, selector) => all(selector)[0].click(), selector);
};

/** The rows of the table of the only chart. */
const rows = (firefox, tab) =>
  look(firefox, tab, (all) => all('[data-testid="chart-table"] tbody tr').map((row) => [...row.cells].map((cell) => cell.textContent.trim())));

test('a report shows the points of its runs from disk: zoomed, smoothed, compared, and nothing comes in or goes out', async ({ firefox, site }) => {
  const tab = await firefox.open(site.formats);
  await firefox.evaluate(tab, (length) => {
    globalThis.ids = (async () => {
      const ids = [];
      for (let index = 0; index < 2; index += 1) {
        const run = await entrenar.WasmRun.new('sweep', { run_name: `run number ${index}`, config: { lr: index / 10 } });
        run.log_series('loss', Float64Array.from({ length }, (_, step) => Math.exp(-step / 90) + index));
        await run.finish();
        ids.push(run.run_id());
      }
      return ids;
    })();
  }, LENGTH);
  await firefox.evaluate(tab, (template) => {
    (async () => {
      const storage = await entrenar.WasmStorage.open();
      globalThis.report = await (await storage.export_runs(await globalThis.ids, 'html', { template })).text();
    })().catch((error) => {
      globalThis.report = String(error);
    });
  }, await template());
  let text;
  await expect.poll(async () => (text = await firefox.evaluate(tab, () => globalThis.report))).toMatch(/^<!doctype html>/);

  await firefox.call('POST', '/url', { url: pathToFileURL(await reportFile(text)).href });
  await firefox.call('POST', '/window/rect', { width: 1400, height: 1000 });
  const points = () => look(firefox, tab, (all) => all('[data-testid="chart"]').map((chart) => chart.dataset.points));
  await expect.poll(points).toEqual([String(2 * LENGTH)]);
  // WebDriver's scripts have globals of their own: what is found is noted in the page.
  await look(firefox, tab, () => {
    const { dataset } = document.documentElement;
    dataset.violations = '';
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      dataset.violations += `${effectiveDirective.replace('-elem', '')} `;
    });
  });
  const violations = async () => [...new Set((await look(firefox, tab, () => document.documentElement.dataset.violations)).split(' ').filter(Boolean))].sort();

  await click(firefox, tab, '[data-testid="chart-table-toggle"]');
  const shown = (value) => String(Number(value.toPrecision(4)));
  const whole = Array.from({ length: LENGTH }, (_, step) => [String(step), ...[0, 1].map((index) => shown(Math.exp(-step / 90) + index)).sort()]);
  const unordered = (rows) => rows.map(([step, ...values]) => [step, ...values.sort()]);
  await expect.poll(async () => unordered(await rows(firefox, tab))).toEqual(whole);
  await click(firefox, tab, '[data-testid="chart-table-toggle"]');
  for (let zoom = 0; zoom < 2; zoom += 1) {
    await look(firefox, tab, (all) => all('[data-testid="chart"]')[0].dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true, composed: true })));
  }
  await expect.poll(() => look(firefox, tab, (all) => all('[data-testid="zoom-reset"]').length)).toBe(1);
  await click(firefox, tab, '[data-testid="chart-table-toggle"]');
  await expect.poll(async () => (await rows(firefox, tab)).length).toBeLessThan(LENGTH / 2);
  const near = unordered(await rows(firefox, tab));
  expect(near.length).toBeGreaterThan(LENGTH / 8);
  expect(near).toEqual(whole.filter(([step]) => near.some(([other]) => other === step)));
  await click(firefox, tab, '[data-testid="chart-table-toggle"]');

  await look(firefox, tab, (all) => {
    const [smoothing] = all('[data-testid="smoothing-number"]');
    smoothing.value = '0.9';
    for (const name of ['input', 'change']) smoothing.dispatchEvent(new Event(name, { bubbles: true, composed: true }));
  });
  const texts = (selector) => look(firefox, tab, (all, selector) => all(selector).map((each) => each.textContent.trim()), selector);
  await expect.poll(async () => (await texts('.readout .value')).join(' ')).toContain(`(${shown(Math.exp(-(LENGTH - 1) / 90))})`);
  await click(firefox, tab, '[data-testid="tab-compare"]');
  await expect.poll(async () => (await texts('[data-testid="compare"]')).join(' ')).toMatch(/lr[\s\S]*0\.1/);
  for (const control of ['open-files', 'health', 'delete-experiment', 'memory-only']) expect(await texts(`[data-testid="${control}"]`), control).toEqual([]);
  expect(await violations()).toEqual([]);

  const { origin, asked, stop } = await noteRequests();
  await look(firefox, tab, (_all, origin) => {
    for (const [name, properties] of [['img', { src: `${origin}/picture` }], ['iframe', { src: `${origin}/frame` }], ['script', { src: `${origin}/script` }]]) {
      document.body.append(Object.assign(document.createElement(name), properties));
    }
    window.fetch(`${origin}/fetched`).catch(() => {});
  }, origin);
  await expect.poll(violations).toEqual(['connect-src', 'frame-src', 'img-src', 'script-src']);
  // What a page outside asks for arrives, and later than what the report asked for.
  await firefox.call('POST', '/url', { url: `${origin}/outside` });
  expect(asked).toEqual(['/outside']);
  await stop();
});
