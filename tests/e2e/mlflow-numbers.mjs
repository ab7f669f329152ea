// How fast a run gets to a real MLflow server, beside a bare loop of `fetch` that sends the very same batches: `node mlflow-numbers.mjs`.
// It needs `target/pkg-npm` and the Python environment of the test command.
import { chromium } from '@playwright/test';
import { browserFlags, browserPath } from './fixtures/browser.js';
import { MlflowServer } from './fixtures/mlflow-server.js';
import { Site } from './fixtures/site.js';

const POINTS = 30_000;
const ROUNDS = 3;

const server = await MlflowServer.start();
const site = await Site.start();
const browser = await chromium.launch({ executablePath: browserPath, args: browserFlags });
const page = await browser.newPage();
await page.goto(site.formats);
await page.waitForFunction(() => 'entrenar' in globalThis);

/** Sends a fresh run, then its batches once more to a fresh run of MLflow's. */
const round = ([url, points, number]) =>
  (async () => {
    const run = await entrenar.WasmRun.new(`numbers ${number}`);
    run.log_series('loss', Float64Array.from({ length: points }, (_, step) => Math.sin(step) / 3));
    await run.finish();
    const storage = await entrenar.WasmStorage.open();
    const { fetch } = globalThis;
    const bodies = [];
    globalThis.fetch = (address, options) => {
      if (address.endsWith('log-batch')) bodies.push(options.body);
      return fetch(address, options);
    };
    let start = performance.now();
    const { mlflow_run_id } = await storage.sync_mlflow(run.run_id(), { url });
    const sync_ms = performance.now() - start;
    globalThis.fetch = fetch;
    await storage.close();
    const post = async (path, body) =>
      (await fetch(`${url}/api/2.0/mlflow/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json();
    start = performance.now();
    const created = await post('runs/create', JSON.stringify({ experiment_id: '0', start_time: 1 }));
    for (const body of bodies) await post('runs/log-batch', body.replace(mlflow_run_id, created.run.info.run_id));
    return { sync_ms, bare_ms: performance.now() - start, batches: bodies.length };
  })();

for (let number = 1; number <= ROUNDS; number += 1) {
  const { sync_ms, bare_ms, batches } = await page.evaluate(round, [server.url, POINTS, number]);
  const rate = Math.round((POINTS / sync_ms) * 1000);
  console.log(`${POINTS} points in ${batches} batches: sync ${sync_ms.toFixed(0)} ms (${rate} points/s), bare loop ${bare_ms.toFixed(0)} ms, ${(sync_ms / bare_ms).toFixed(2)} times`);
}
await browser.close();
await site.stop();
await server.remove();
