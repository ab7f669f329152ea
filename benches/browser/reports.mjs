// Reports: what a point takes in the file, and how long it is from opening the file to the first chart.
import { join } from 'node:path';
import { callIn } from './browser.mjs';

const KINDS = { 'float32 values': true, 'other values': false };

/** In the report, from the first moment on: when the first chart has points. */
function watchFirstChart() {
  const chartIn = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.matches('[data-testid="chart"]') && element.dataset.points > 0 && element.querySelector('canvas')) return element;
      const inside = element.shadowRoot && chartIn(element.shadowRoot);
      if (inside) return inside;
    }
    return undefined;
  };
  const look = () => {
    if (chartIn(document)) requestAnimationFrame(() => (globalThis.drawn_ms = performance.now()));
    else setTimeout(look, 5);
  };
  look();
}

/** Milliseconds until a chart of the report at `path` is drawn. */
async function opened(browser, path) {
  const page = await browser.context.newPage();
  try {
    await page.addInitScript(watchFirstChart);
    await page.goto(`file://${path}`);
    await page.waitForFunction(() => globalThis.drawn_ms !== undefined);
    return await page.evaluate(() => globalThis.drawn_ms);
  } finally {
    await page.close();
  }
}

export async function reports(browser, { repetitions, say }) {
  const samples = {};
  for (const [kind, single] of Object.entries(KINDS)) {
    say(`a report of 5 × 10^6 points, ${kind}`);
    const path = join(browser.profile, `${single}.html`);
    const { bytes, written, page } = await browser.visit('/report.html', async (page) => {
      const [download, told] = await Promise.all([page.waitForEvent('download'), callIn(page, 'saveReport', { single })]);
      await download.saveAs(path);
      return told;
    });
    samples[`report, bytes a point, ${kind}`] = [bytes];
    samples[`report written, ${kind}`] = [written];
    samples['report without runs'] = [page];
    samples[`report opened, ${kind}`] = [];
    for (let repetition = 0; repetition < repetitions; repetition += 1) samples[`report opened, ${kind}`].push(await opened(browser, path));
  }
  return samples;
}
