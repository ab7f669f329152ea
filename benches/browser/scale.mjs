// How costs grow: 10^4 … 10^7 points in a series, 1 … 1000 series in a run, 1 … 1000 runs.

const DIMENSIONS = [
  { dimension: 'points in one series', sizes: [1e4, 1e5, 1e6, 1e7], filled: (size) => ({ points: size }) },
  { dimension: 'series of 1000 points', sizes: [1, 10, 100, 1000], filled: (size) => ({ series: size, points: 1000 }) },
  { dimension: 'runs of 1000 points', sizes: [1, 10, 100, 1000], filled: (size) => ({ runs: size, points: 1000 }) },
];
const LOOKS = 3;

async function measure(browser, database, filled) {
  const { ids, timing } = await browser.call('fill', { database, ...filled });
  const looks = [];
  for (let look = 0; look < LOOKS; look += 1) {
    looks.push(await browser.call('firstLook', { database, runId: ids[0] }));
  }
  const best = (name) => Math.min(...looks.map((look) => look[name]));
  const stored = await browser.call('storedBytes', { database, runId: ids[0] });
  return {
    'open, ms': best('open'),
    'first read, ms': best('read'),
    'log_series, ms': timing.log,
    'flush, ms': timing.flush,
    'stored, KB': (stored * ids.length) / 1024,
    'wasm memory of the reader, KB': best('memory') / 1024,
  };
}

export async function scale(browser, { say }) {
  const tables = [];
  for (const { dimension, sizes, filled } of DIMENSIONS) {
    const rows = [];
    for (const size of sizes) {
      say(`${size} ${dimension}`);
      rows.push({ size, ...(await measure(browser, `scale ${dimension} ${size}`, filled(size))) });
    }
    tables.push({ dimension, rows });
  }
  return tables;
}
