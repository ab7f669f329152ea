// How much memory exports, imports, backups and syncs to MLflow of 10^7 points take in Chromium: `node memory-numbers.mjs [runs points-each]...`, on Linux. It needs
// `target/pkg-npm`. Each work has a page of its own, freshly loaded, so that what its wasm memory has grown to is the most that it took.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { browserFlags, browserPath } from './fixtures/browser.js';
import { serve } from './fixtures/server.js';
import { Site } from './fixtures/site.js';

const METRICS = 10;
const given = process.argv.slice(2).map(Number);
const cases = given.length > 0 ? [given] : [[1, 1e7], [10, 1e6], [1, 1e6]];

const site = await Site.start();

/** Takes all that is sent as an MLflow server would, and keeps nothing: what the page holds is measured. */
const mlflow = await serve((request, response) => {
  const run = { info: { run_id: 'r', artifact_uri: '' } };
  const answer = { run, experiment: { experiment_id: '0', lifecycle_stage: 'active' } };
  request.resume().on('end', () => {
    response.writeHead(200, { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' });
    response.end(request.method === 'OPTIONS' ? undefined : JSON.stringify(answer));
  });
});

/** All processes that this one started, with their command lines. */
function processesOf(root) {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(all.map((pid) => [Number(pid), Number(/\) \S+ (\d+)/.exec(about(pid, 'stat'))?.[1])]));
  const isOf = (pid) => pid === root || (parents.has(pid) && isOf(parents.get(pid)));
  return [...parents.keys()].filter(isOf);
}

/** A file about a process; of one that has ended, nothing. */
function about(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

const isRenderer = (pid) => about(pid, 'cmdline').includes('--type=renderer');
const megabytes = (pid, name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(about(pid, 'status'))?.[1] ?? 0) / 1024;

async function measure(runs, each) {
  const server = await chromium.launchServer({ executablePath: browserPath, args: browserFlags });
  const browser = await chromium.connect(server.wsEndpoint());
  const context = await browser.newContext();
  const root = server.process().pid;

  /** Does a part of the work in a fresh page, and says what it took. */
  async function step(name, work, argument) {
    const page = await context.newPage();
    await page.goto(site.formats);
    await page.waitForFunction(() => 'entrenar' in globalThis);
    await page.evaluate(async () => {
      const { memory } = await (await import('/pkg-npm/entrenar.js')).default();
      globalThis.wasmMB = () => memory.buffer.byteLength / 2 ** 20;
    });
    const session = await context.newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    const pids = processesOf(root);
    // From here on the kernel counts the most anew.
    for (const pid of pids) {
      try {
        writeFileSync(`/proc/${pid}/clear_refs`, '5');
      } catch {} // It has ended.
    }
    const before = new Map(pids.map((pid) => [pid, megabytes(pid, 'VmRSS')]));
    const start = performance.now();
    const said = await page.evaluate(work, argument);
    const seconds = (performance.now() - start) / 1000;
    const grown = (of) => Math.max(0, ...pids.filter(of).map((pid) => megabytes(pid, 'VmHWM') - before.get(pid)));
    const wasm = await page.evaluate(() => wasmMB());
    const heap = (await session.send('Runtime.getHeapUsage')).usedSize / 2 ** 20;
    const figures = { 'wasm MB': wasm, 'renderer MB': grown(isRenderer), 'browser MB': grown((pid) => pid === root), 'heap after MB': heap, s: seconds };
    const shown = Object.entries(figures).map(([what, number]) => `${what} ${number.toFixed(what === 's' ? 1 : 0)}`);
    console.log(`${name.padEnd(12)} ${shown.join('  ')}  ${said ?? ''}`);
    await page.close();
  }

  console.log(`${runs} × ${each} points, ${METRICS} metrics a run; what each process grew by at most:`);
  await step(
    'log',
    async ([runs, each, metrics]) => {
      for (let number = 0; number < runs; number += 1) {
        const run = await entrenar.WasmRun.new('large');
        for (let metric = 0; metric < metrics; metric += 1) {
          run.log_series(`metric ${metric}`, Float64Array.from({ length: each / metrics }, (_, step) => Math.sin(step * (metric + 1)) / 3));
          await run.flush();
        }
        await run.finish();
        run.free();
      }
    },
    [runs, each, METRICS],
  );
  await step('open', async () => {
    await entrenar.WasmStorage.open();
  });
  for (const [format, variant, compress] of [['jsonl'], ['jsonl', undefined, true], ['csv', 'long'], ['csv', 'wide'], ['tensorboard']]) {
    await step(
      `${variant ?? ''} ${format}${compress ? '.gz' : ''}`.trim(),
      async ([format, variant, compress]) => {
        const storage = await entrenar.WasmStorage.open();
        const ids = storage.list_experiments().flatMap((id) => storage.list_runs(id));
        const options = { ...(variant && { variant }), ...(compress && { compress }) };
        const blob = await storage.export_runs(ids, format, options);
        if (format === 'jsonl') {
          const root = await navigator.storage.getDirectory();
          const file = await (await root.getFileHandle(compress ? 'runs.gz' : 'runs', { create: true })).createWritable();
          await blob.stream().pipeTo(file);
        }
        return `file of ${(blob.size / 2 ** 20).toFixed(0)} MB`;
      },
      [format, variant, compress],
    );
  }
  for (const name of ['runs', 'runs.gz']) {
    await step(
      `import ${name}`,
      async (name) => {
        const root = await navigator.storage.getDirectory();
        const file = await (await root.getFileHandle(name)).getFile();
        const storage = await entrenar.WasmStorage.open({ database: `from ${name}` });
        const ids = await storage.import_runs(file);
        const points = ids.flatMap((id) => storage.run(id).metrics).reduce((sum, { count }) => sum + count, 0);
        return `${ids.length} runs, ${points} points`;
      },
      name,
    );
  }
  for (const name of ['back up', 'back up again']) {
    await step(name, async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('backup', { create: true });
      const storage = await entrenar.WasmStorage.open();
      const { points, files } = await storage.back_up(folder);
      return `${points} points, ${files} files`;
    });
  }
  await step(
    'send to MLflow',
    async (url) => {
      const storage = await entrenar.WasmStorage.open();
      let sent = 0;
      for (const id of storage.list_experiments().flatMap((id) => storage.list_runs(id))) sent += (await storage.sync_mlflow(id, { url })).points;
      return `${sent} points`;
    },
    mlflow.origin,
  );
  await browser.close();
  await server.close();
}

for (const [runs, each] of cases) await measure(runs, each);
await site.stop();
await mlflow.stop();
