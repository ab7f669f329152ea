// Measures what the dashboard promises. Run by hand on a quiet machine, after `cargo xtask pack` and `npm run build` in www/:
//   node dashboard-numbers.mjs [opening panning live drawn hover metrics ten fifty]
import { inBrowser, intervals, logSeries, median, meter, ms, quantile, site, timeToChart } from './fixtures/numbers.js';
import { openIn } from './fixtures/test.js';

const asked = process.argv.slice(2);
const wanted = (name) => asked.length === 0 || asked.includes(name);

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

if (wanted('metrics')) {
  await inBrowser(async (context) => {
    await logSeries(context, { runs: 3, keys: 2000, points: 200 });
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
          // Asking two thousand charts in each frame where they are would be a quarter of what is measured.
          const tops = charts.map((chart) => chart.getBoundingClientRect().top + scrollY);
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
            for (const [i, chart] of charts.entries()) {
              if (Math.abs(tops[i] - scrollY) > 3 * innerHeight) continue;
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
    console.log(`2000 metrics open: ${times.map(ms).join(', ')}; median ${ms(median(times))}; work of the page's thread: median ${ms(median(works))}`);
  });
}

const runsOf = (count) => `runs=run-0~${count - 1}`;

if (wanted('drawn')) {
  await inBrowser(async (context) => {
    await logSeries(context, { runs: 20, keys: 6, points: 100_000 });
    const times = [];
    for (let round = 0; round < 4; round += 1) {
      const { page, drawn } = await timeToChart(context, runsOf(20), { charts: 6, points: 2_000_000 });
      times.push(drawn);
      if (round === 3) {
        await page.waitForTimeout(1000);
        const panning = await intervals(page, 300, pan);
        console.log(`20 runs × 10^5 points × 6 metrics, frames of wheel zoom and pan: median ${ms(median(panning))}, p95 ${ms(quantile(panning, 0.95))}`);
      }
      await page.close();
    }
    console.log(`20 runs × 10^5 points × 6 metrics, all drawn: ${times.map(ms).join(', ')}; median ${ms(median(times))}`);
  });
}

function hover(i) {
  const dashboard = document.querySelector('entrenar-dashboard');
  const over = dashboard.shadowRoot.querySelector('entrenar-chart-grid').shadowRoot.querySelector('entrenar-metric-chart').shadowRoot.querySelector('.u-over');
  const box = over.getBoundingClientRect();
  const at = { clientX: box.left + ((i * 7) % box.width), clientY: box.top + ((i * 3) % box.height), bubbles: true, composed: true };
  if (i === 0) over.dispatchEvent(new MouseEvent('mouseenter', at));
  over.dispatchEvent(new MouseEvent('mousemove', { ...at, movementX: 7, movementY: 3 }));
}

if (wanted('hover')) {
  for (const runs of [300, 1000]) {
    await inBrowser(async (context) => {
      await logSeries(context, { runs, keys: 1, points: 200 });
      const { page } = await timeToChart(context, runsOf(runs), { charts: 1, points: runs * 200 });
      await page.waitForTimeout(1000);
      const hovering = await intervals(page, 300, hover);
      const tooltip = await page.locator('entrenar-metric-chart [data-testid="chart-tooltip"]:popover-open li').count();
      console.log(`hover with ${runs} runs: frames median ${ms(median(hovering))}, p95 ${ms(quantile(hovering, 0.95))} (tooltip of ${tooltip} lines)`);
    });
  }
}

if (wanted('ten')) {
  await inBrowser(async (context) => {
    await logSeries(context, { runs: 10, keys: 10, points: 10_000 });
    const times = [];
    for (let round = 0; round < 5; round += 1) {
      const { page, drawn } = await timeToChart(context, runsOf(10), { charts: 10, points: 100_000 });
      times.push(drawn);
      await page.close();
    }
    console.log(`10 charts × 10 runs × 10 000 steps: ${times.map(ms).join(', ')}; median ${ms(median(times))}`);
  });
}

if (wanted('fifty')) {
  await inBrowser(async (context) => {
    const writer = await openIn(context, site.blank);
    await writer.evaluate(async () => {
      globalThis.runs = [];
      for (let index = 0; index < 50; index += 1) {
        const run = await entrenar.WasmRun.new('fifty');
        run.log_series('loss', Float64Array.from({ length: 2000 }, (_, i) => Math.sin(i / 100) + index / 50));
        runs.push(run);
      }
      await Promise.all(runs.map((run) => run.flush()));
    });
    const { page, worked } = await timeToChart(context, runsOf(50), { charts: 1, points: 100_000 });
    await page.waitForTimeout(3000);
    const measure = async () => {
      const before = await worked();
      await page.waitForTimeout(15_000);
      return ((await worked()) - before) / 150;
    };
    const idle = await measure();
    await writer.evaluate(() => {
      setInterval(() => { for (const run of runs) run.log_metric('loss', Math.random()); }, 1000);
    });
    await page.waitForTimeout(2000);
    console.log(`50 runs × 2000 points, each logs a point a second: ${(await measure()).toFixed(1)} % of a core; nothing logged: ${idle.toFixed(1)} %`);
  });
}

await site.stop();
