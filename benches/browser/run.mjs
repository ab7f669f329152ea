// Runs the benchmark: node run.mjs [--quick] [--only PART]. `cargo xtask bench` builds everything first.
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Browser } from './browser.mjs';
import { PARTS } from './parts.mjs';
import { markdown, table } from './report.mjs';
import { serve } from './server.mjs';

const inBenches = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const QUIET_LOAD = 0.8;
const QUIET_LIMIT_MS = 120_000;

const FULL = {
  repetitions: 5,
  calls: 9,
  liveTimes: 5,
  liveSeconds: 10,
  peerPoints: { Dexie: 50_000, idb: 50_000, localForage: 2_000, RxDB: 10_000, 'SQLite opfs': 100_000, 'SQLite opfs-sahpool': 200_000 },
};
const QUICK = {
  repetitions: 3,
  calls: 7,
  liveTimes: 1,
  liveSeconds: 3,
  peerPoints: { Dexie: 10_000, idb: 10_000, localForage: 200, RxDB: 1_000, 'SQLite opfs': 10_000, 'SQLite opfs-sahpool': 20_000 },
};

/** What was built a moment ago is still in the load: a run whose results are kept waits until the machine is quiet, or will not be. */
async function quietMachine() {
  const deadline = performance.now() + QUIET_LIMIT_MS;
  if (loadavg()[0] >= QUIET_LOAD) console.log('waiting for the machine to be quiet');
  while (loadavg()[0] >= QUIET_LOAD && performance.now() < deadline) await setTimeout(2000);
}

function options(words) {
  const chosen = { quick: false, only: undefined };
  for (let index = 0; index < words.length; index += 1) {
    if (words[index] === '--quick') chosen.quick = true;
    else if (words[index] === '--only' && words[index + 1] in PARTS) chosen.only = words[(index += 1)];
    else throw new Error(`bench does not know \`${words.slice(index).join(' ')}\`; --only takes one of: ${Object.keys(PARTS).join(', ')}`);
  }
  return chosen;
}

const { quick, only } = options(process.argv.slice(2));
const failures = {};
const settings = {
  ...(quick ? QUICK : FULL),
  quick,
  say: (what) => console.log(`    … ${what}`),
  /** What fails is reported, and the rest is measured all the same. */
  attempt: async (what, work) => {
    try {
      return await work();
    } catch (error) {
      failures[what] = error.message.split('\n')[0];
      console.log(`    failed: ${what}: ${error.message}`);
      return undefined;
    }
  },
};
const chosen = Object.entries(PARTS).filter(([name, part]) => (only ? name === only : !(quick && part.fullOnly)));

if (!quick && !only) await quietMachine();
const site = await serve();
const browser = await Browser.start(site.origin);
const results = {
  mode: quick ? 'quick' : 'full',
  repetitions: settings.repetitions,
  live_seconds: settings.liveSeconds,
  peer_points: settings.peerPoints,
  machine: {
    browser: `Chromium ${browser.version}`,
    cores: cpus().length,
    processor: cpus()[0]?.model.trim(),
    memory_gb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    load: Number(loadavg()[0].toFixed(1)),
  },
  /** Not the package of this checkout, if ENTRENAR_PKG named another. */
  other_package: Boolean(process.env.ENTRENAR_PKG),
  failures,
  samples: {},
  scale: [],
};
const begin = performance.now();
try {
  for (const [index, [name, part]] of chosen.entries()) {
    console.log(`[${index + 1}/${chosen.length}] ${name}: ${part.what}`);
    const start = performance.now();
    await settings.attempt(name, async () => {
      const measured = await part.run(browser, settings);
      if (name === 'scale') results.scale = measured;
      else Object.assign(results.samples, measured);
    });
    console.log(`    ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
} finally {
  await browser.stop();
  site.stop();
}
console.log(`\n${table(results, only)}\n\nmeasured in ${((performance.now() - begin) / 1000).toFixed(0)} s`);
if (only) {
  console.log('One part alone: benches/results.json and benches/RESULTS.md stay as they are.');
} else {
  await writeFile(inBenches('results.json'), `${JSON.stringify(results, undefined, 1)}\n`);
  await writeFile(inBenches('RESULTS.md'), markdown(results, await readFile(inBenches('NOTES.md'), 'utf8')));
  console.log('written: benches/results.json, benches/RESULTS.md');
}
if (Object.keys(failures).length) process.exitCode = 1;
