// The dashboard's numbers, in its built form, on databases that the tracker wrote.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { callIn } from './browser.mjs';

const dist = fileURLToPath(new URL('../../www/dist', import.meta.url));

/** The JavaScript that the component loads at once: its file and all that it imports, KB after gzip. */
function javascriptSize() {
  const seen = new Map();
  const load = (file) => {
    if (seen.has(file)) return;
    const text = readFileSync(file, 'utf8');
    seen.set(file, gzipSync(text, { level: 9 }).length);
    for (const [, path] of text.matchAll(/(?:\bfrom|\bimport)\s*["'](\.{1,2}\/[^"']+\.js)["']/g)) load(join(dirname(file), path));
  };
  load(join(dist, 'entrenar-dashboard.js'));
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0) / 1024;
}

const look = (browser, query, use) => browser.visit(`/dashboard.html?${new URLSearchParams(query)}`, use);

async function firstChart(browser, { repetitions, panSeconds, say }) {
  say('first chart of 5 runs × 10^6 points, and panning');
  const database = 'dashboard-long';
  const { ids } = await browser.call('fill', { database, runs: 5, points: 1e6 });
  const query = { database, runs: ids.join(',') };
  const first = [];
  const uplot = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    first.push(await look(browser, query, (page) => callIn(page, 'shown', { points: 5e6 })));
    uplot.push(await browser.visit('/uplot.html', (page) => callIn(page, 'shown')));
  }
  const panned = await look(browser, { ...query, range: '400000~500000' }, async (page) => {
    await callIn(page, 'shown', { points: 5e6 });
    return callIn(page, 'panned', { seconds: panSeconds });
  });
  return {
    'dashboard first chart': first,
    'uPlot first chart': uplot,
    'dashboard p95 frame while panning': [panned.interval],
    'dashboard p95 work of a frame while panning': [panned.work],
  };
}

/** Milliseconds that the page's main thread works in `seconds`. */
async function busy(page, seconds) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const total = async () => (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;
  const before = await total();
  await page.waitForTimeout(seconds * 1000);
  const after = await total();
  await session.detach();
  return ((after - before) * 1000) / seconds;
}

/** Milliseconds of main thread a second for following a run that grows by 100 points a second, besides what the page costs anyway. */
async function following(browser, points, seconds) {
  const database = `dashboard-live-${points}`;
  return browser.visit('/bench.html', async (writer) => {
    const { ids } = await callIn(writer, 'fill', { database, points, finish: false });
    return look(browser, { database, runs: ids[0] }, async (page) => {
      await callIn(page, 'shown', { points });
      await page.waitForTimeout(500);
      const idle = await busy(page, seconds);
      await writer.evaluate(() => {
        const [run] = globalThis.kept;
        setInterval(() => {
          for (let index = 0; index < 10; index += 1) run.log_metric('loss', Math.random());
        }, 100);
      });
      await page.waitForTimeout(500);
      return (await busy(page, seconds)) - idle;
    });
  });
}

async function updates(browser, { seconds, repetitions, say }) {
  say('live updates of 10^3 and 10^6 points');
  const few = [];
  const many = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    few.push(await following(browser, 1e3, seconds));
    many.push(await following(browser, 1e6, seconds));
  }
  return { 'dashboard update, 10^3 points': few, 'dashboard update, 10^6 points': many };
}

async function manyMetrics(browser, { repetitions, frames, say }) {
  say('1000 metrics');
  const database = 'dashboard-wide';
  const { ids } = await browser.call('fill', { database, series: 1000, points: 100 });
  const open = [];
  const blank = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    await look(browser, { database, runs: ids[0] }, async (page) => {
      open.push(await callIn(page, 'shown', { points: 100 }));
      const { longest, scrolled } = await callIn(page, 'scrolled', { pixelsPerFrame: 100, frames });
      if (!(scrolled > frames * 50)) throw new Error(`the page scrolled by ${scrolled} pixels only`);
      blank.push(longest);
    });
  }
  return { 'dashboard 1000 metrics': open, 'dashboard longest blank': blank };
}

export async function dashboard(browser, { quick, repetitions, say, attempt }) {
  const extent = quick
    ? { repetitions: 1, panSeconds: 1.5, seconds: 1.5, frames: 60, say }
    : { repetitions, panSeconds: 5, seconds: 5, frames: 300, say };
  const samples = { 'dashboard gzip': [javascriptSize()] };
  for (const part of [firstChart, updates, manyMetrics]) {
    Object.assign(samples, await attempt(`dashboard: ${part.name}`, () => part(browser, extent)));
  }
  return samples;
}
