// Measures what the dashboard promises. Run by hand on a quiet machine, after `cargo xtask pack` and `npm run build` in www/:
//   node dashboard-numbers.mjs [opening panning live thousand]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { browserFlags, browserPath } from './fixtures/browser.js';
import { Site } from './fixtures/site.js';
import { openIn } from './fixtures/test.js';

const asked = process.argv.slice(2);
const wanted = (name) => asked.length === 0 || asked.includes(name);
const site = await Site.start();
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const quantile = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
const ms = (number) => `${number.toFixed(1)} ms`;

/** A browser with a profile on disk, as visitors have, for `work(context)`. */
async function inBrowser(work) {
  const profile = await mkdtemp(join(tmpdir(), 'entrenar-numbers-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath,
    args: browserFlags,
    viewport: { width: 1440, height: 1000 },
    serviceWorkers: 'block',
  });
  try {
    await work(context);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function logSeries(context, { runs, keys, points }) {
  const page = await openIn(context, site.blank);
  await page.evaluate(
    async ({ runs, keys, points }) => {
      for (let index = 0; index < runs; index += 1) {
        const run = await entrenar.WasmRun.new('numbers');
        for (let key = 0; key < keys; key += 1) {
          const name = keys === 1 ? 'loss' : `group ${key % 20}/metric ${key}`;
          run.log_series(name, Float64Array.from({ length: points }, (_, step) => Math.exp(-step / points) + 0.1 * Math.sin(step * 12.9 + key + index)));
        }
        await run.finish();
      }
    },
    { runs, keys, points },
  );
  await page.close();
}

/** Milliseconds from the start of navigation until charts in sight hold their points and have been painted. */
async function timeToChart(context, query, expected) {
  const page = await context.newPage();
  const worked = await meter(context, page);
  await page.addInitScript((expected) => {
    const look = () => {
      const element = document.querySelector('entrenar-dashboard');
      const grid = element?.shadowRoot?.querySelector('entrenar-chart-grid');
      const charts = [...(grid?.shadowRoot?.querySelectorAll('entrenar-metric-chart') ?? [])];
      const drawn = charts.filter((one) => Number(one.shadowRoot?.querySelector('.plot')?.dataset.points) === expected.points && one.shadowRoot.querySelector('canvas'));
      if (charts.length >= 1 && globalThis.rows === undefined) globalThis.rows = performance.now();
      if (drawn.length >= expected.charts) {
        requestAnimationFrame(() => setTimeout(() => (globalThis.drawn = performance.now())));
      } else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, expected);
  await page.goto(`${site.origin}/page/index.html?${query}`);
  const drawn = await (await page.waitForFunction(() => globalThis.drawn)).jsonValue();
  return { page, worked, drawn, work: await worked(), rows: await page.evaluate(() => globalThis.rows) };
}

/** What the page's thread has worked so far, in milliseconds of processor time: other programs do not count. */
async function meter(context, page) {
  const client = await context.newCDPSession(page);
  await client.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await client.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  };
}

/** Milliseconds between frames while `step(i)` runs in each. */
const intervals = (page, count, step) =>
  page.evaluate(
    async ([count, source]) => {
      const step = new Function(`return ${source}`)();
      const stamps = [];
      for (let i = 0; i < count; i += 1) {
        await new Promise(requestAnimationFrame);
        stamps.push(performance.now());
        step(i);
      }
      return stamps.slice(1).map((stamp, i) => stamp - stamps[i]);
    },
    [count, step.toString()],
  );

function pan(i) {
  const dashboard = document.querySelector('entrenar-dashboard');
  const grid = dashboard.shadowRoot.querySelector('entrenar-chart-grid');
  const over = grid.shadowRoot.querySelector('entrenar-metric-chart').shadowRoot.querySelector('.u-over');
  const box = over.getBoundingClientRect();
  const at = { clientX: box.left + box.width / 2, clientY: box.top + 50, bubbles: true, cancelable: true };
  if (i < 20) over.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY: -20, ctrlKey: true }));
  else over.dispatchEvent(new WheelEvent('wheel', { ...at, deltaX: Math.sin(i / 20) * 40 }));
}

if (wanted('opening') || wanted('panning')) {
  await inBrowser(async (context) => {
    await logSeries(context, { runs: 5, keys: 1, points: 1_000_000 });
    const times = [];
    const works = [];
    for (let round = 0; round < 4; round += 1) {
      const { page, drawn, work, worked } = await timeToChart(context, '', { charts: 1, points: 5_000_000 });
      times.push(drawn);
      works.push(work);
      if (round === 3 && wanted('panning')) {
        await page.waitForTimeout(500);
        const idle = await intervals(page, 200, () => {});
        console.log(`frames, nothing happening: median ${ms(median(idle))}, p95 ${ms(quantile(idle, 0.95))}`);
        const panning = await intervals(page, 300, pan);
        console.log(`frames, panning 5 × 10^6 points: median ${ms(median(panning))}, p95 ${ms(quantile(panning, 0.95))}`);
        const before = await worked();
        await intervals(page, 200, pan);
        console.log(`work of the page's thread per frame of panning: ${ms(((await worked()) - before) / 200)}`);
      }
      await page.close();
    }
    console.log(`first chart of 5 × 10^6 points: ${times.map(ms).join(', ')}; median ${ms(median(times))}; work of the page's thread: median ${ms(median(works))}`);
  });
}

if (wanted('live')) {
  const costs = {};
  for (const points of [1_000, 1_000_000]) {
    await inBrowser(async (context) => {
      const writer = await openIn(context, site.blank);
      await writer.evaluate(async (points) => {
        globalThis.run = await entrenar.WasmRun.new('live');
        run.log_series('loss', Float64Array.from({ length: points }, (_, i) => Math.sin(i / 100)));
        await run.flush();
      }, points);
      const { page, worked } = await timeToChart(context, 'smooth=0.6', { charts: 1, points });
      await page.waitForTimeout(1000);
      const updates = 40;
      const before = await worked();
      const delays = [];
      for (let update = 0; update < updates; update += 1) {
        const expected = points + update + 1;
        const seen = page.evaluate((expected) => new Promise((resolve) => {
          const plot = document.querySelector('entrenar-dashboard').shadowRoot.querySelector('entrenar-chart-grid').shadowRoot
            .querySelector('entrenar-metric-chart').shadowRoot.querySelector('.plot');
          const done = () => Number(plot.dataset.points) >= expected && (watch.disconnect(), resolve(Date.now()));
          const watch = new MutationObserver(done);
          watch.observe(plot, { attributes: true });
          done();
        }), expected);
        const logged = await writer.evaluate(() => {
          run.log_metric('loss', 1);
          return Date.now();
        });
        delays.push((await seen) - logged);
      }
      const work = ((await worked()) - before) / updates;
      costs[points] = work;
      console.log(`live update at ${points} points: ${ms(work)} of the page's thread; seen after ${median(delays)} ms (median), ${Math.max(...delays)} ms (slowest)`);
    });
  }
  console.log(`ratio: ${(costs[1_000_000] / costs[1_000]).toFixed(2)}`);
}

if (wanted('thousand')) {
  await inBrowser(async (context) => {
    await logSeries(context, { runs: 3, keys: 1000, points: 200 });
    const times = [];
    const works = [];
    for (let round = 0; round < 4; round += 1) {
      const { page, drawn, rows, work } = await timeToChart(context, '', { charts: 3, points: 600 });
      times.push(drawn);
      works.push(work);
      if (round === 3) {
        console.log(`cards there after ${ms(rows)}`);
        const scrolled = await page.evaluate(async () => {
          const grid = document.querySelector('entrenar-dashboard').shadowRoot.querySelector('entrenar-chart-grid');
          const charts = [...grid.shadowRoot.querySelectorAll('entrenar-metric-chart')];
          const waits = [];
          const intervals = [];
          let blankSince = new Map();
          let last = performance.now();
          const until = last + 6000;
          grid.scrollIntoView();
          while (performance.now() < until) {
            await new Promise(requestAnimationFrame);
            const now = performance.now();
            intervals.push(now - last);
            last = now;
            scrollBy(0, 60); // 3600 px a second
            for (const chart of charts) {
              const box = chart.getBoundingClientRect();
              const seen = box.bottom > 40 && box.top < innerHeight - 40;
              const drawn = chart.shadowRoot?.querySelector('canvas') && Number(chart.shadowRoot.querySelector('.plot').dataset.points) > 0;
              if (seen && !drawn) {
                if (!blankSince.has(chart)) blankSince.set(chart, now);
              } else if (blankSince.has(chart)) {
                waits.push(now - blankSince.get(chart));
                blankSince.delete(chart);
              }
            }
          }
          return { waits, intervals, y: scrollY };
        });
        const { waits, intervals, y } = scrolled;
        console.log(`scrolled to ${y}: blank for ${waits.length ? `at most ${ms(Math.max(...waits))}, ${waits.length} times` : 'no frame'}; frames median ${ms(median(intervals))}, p95 ${ms(quantile(intervals, 0.95))}, worst ${ms(Math.max(...intervals))}`);
      }
      await page.close();
    }
    console.log(`1000 metrics open: ${times.map(ms).join(', ')}; median ${ms(median(times))}; work of the page's thread: median ${ms(median(works))}`);
  });
}

await site.stop();
