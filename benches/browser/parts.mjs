// The parts of the benchmark: each returns samples by name, and may leave something for a later part in `shared`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { dashboard } from './dashboard.mjs';
import { reports } from './reports.mjs';
import { scale } from './scale.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Adds the samples of one repetition to those before it. */
function gather(all, samples) {
  for (const [name, values] of Object.entries(samples)) (all[name] ??= []).push(...values);
}

async function bulk(browser, { repetitions, peerPoints, say }) {
  const { samples, runId } = await browser.call('bulk', { repetitions, points: peerPoints });
  say('reading back');
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    gather(samples, await browser.call('readBack', { runId, points: 1_000_000, rawFirst: repetition % 2 === 1 }));
  }
  return samples;
}

async function reading(browser, { repetitions, say, attempt }) {
  const samples = await browser.call('json', { repetitions });
  for (const [label, points] of [['10^6', 1e6], ['10^7', 1e7]]) {
    say(`downsampling ${label} points`);
    const database = `bench-${label}`;
    const { ids } = await browser.call('fill', { database, points });
    await attempt(`downsampled, ${label}`, async () => {
      gather(samples, await browser.call('downsampled', { repetitions, database, runId: ids[0], label }));
    });
  }
  return samples;
}

/** After `reading`, which leaves 10^7 points; alone it stores them itself. */
async function opening(browser, { repetitions, say }) {
  const databases = { 'open empty': 'bench-empty', 'open with 10^7 points': 'bench-10^7' };
  const stored = await browser.visit('/bench.html', (page) =>
    page.evaluate(async () => (await indexedDB.databases()).some(({ name }) => name === 'bench-10^7')),
  );
  if (!stored) {
    say('storing 10^7 points');
    await browser.call('fill', { database: 'bench-10^7', points: 1e7 });
  }
  const samples = {};
  await browser.call('opening', { databases }); // The empty one is created.
  for (let repetition = 0; repetition < repetitions * 2; repetition += 1) {
    gather(samples, await browser.call('opening', { databases, turned: repetition % 2 === 1 }));
  }
  return samples;
}

async function memory(browser) {
  const database = 'bench-memory';
  const { samples, ...run } = await browser.call('loggedMemory', { database });
  return { ...samples, ...(await browser.call('readMemory', { database, ...run })) };
}

/** One number each time: the longest of some seconds. What is promised is held against the median of the times. */
async function live(browser, { liveTimes, liveSeconds }) {
  const samples = {};
  for (let time = 0; time < liveTimes; time += 1) {
    gather(samples, await browser.call('live', { seconds: liveSeconds, turned: time % 2 === 1 }));
  }
  return samples;
}

/** KB (1000 bytes) after gzip of the package, as `cargo xtask pack` weighs it. */
function size() {
  const told = Number(process.env.ENTRENAR_GZIP_BYTES);
  const weigh = (name) => gzipSync(readFileSync(join(repository, 'pkg', name)), { level: 9 }).length;
  const snippets = () => {
    try {
      return readdirSync(join(repository, 'pkg/snippets'), { recursive: true }).filter((name) => name.endsWith('.js'));
    } catch {
      return [];
    }
  };
  const names = ['entrenar_bg.wasm', 'entrenar.js', ...snippets().map((name) => join('snippets', name))];
  return { 'gzip of wasm and glue': [(told || names.reduce((sum, name) => sum + weigh(name), 0)) / 1000] };
}

/** In the order in which they run. */
export const PARTS = {
  size: { what: 'what the package weighs', run: size },
  logging: { what: 'a call of log_metric and log_series', run: (browser, { calls }) => browser.call('logging', { repetitions: calls }) },
  bulk: { what: '10^6 points to disk and back, and the peers', run: bulk },
  reading: { what: 'JSON and downsampling', run: reading },
  opening: { what: 'opening a full and an empty database', run: opening },
  memory: { what: 'memory of the wasm instance', run: memory },
  live: { what: '100 000 points/s over 100 series', run: live },
  backup: { what: 'a backup of what is new', run: (browser, { repetitions }) => browser.call('backup', { repetitions }) },
  dashboard: { what: 'the dashboard', run: dashboard },
  reports: { what: 'reports of 5 × 10^6 points', run: reports },
  scale: { what: 'growth with points, series and runs', run: scale, fullOnly: true },
};
