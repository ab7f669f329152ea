// How long the import of many runs takes, and how long it holds the page's thread at most: `node import-numbers.mjs [runs]`. It needs
// `target/pkg-npm`.
import { chromium } from '@playwright/test';
import { browserFlags, browserPath } from './fixtures/browser.js';
import { Site } from './fixtures/site.js';

const runs = Number(process.argv[2] ?? 100_000);
const site = await Site.start();
const browser = await chromium.launch({ executablePath: browserPath, args: browserFlags });
const page = await browser.newPage();
await page.goto(site.formats);
await page.waitForFunction(() => 'entrenar' in globalThis);
const seen = await page.evaluate(async (runs) => {
  const lines = ['{"format":"entrenar","version":1}', '{"line":"experiment","id":"exp-0","name":"many","created_ms":1}'];
  for (let run = 0; run < runs; run += 1) {
    lines.push(`{"line":"run","id":"run-${run}","experiment":"exp-0","name":"run ${run}","status":"Success","created_ms":1,"config":{"lr":0.1,"layers":[64,32]}}`);
    lines.push('{"line":"points","key":"loss","step":[0,1],"value":[1,0.5],"timestamp_ms":[1,2]}');
  }
  lines.push(`{"line":"end","runs":${runs},"points":${2 * runs}}`);
  const file = new Blob([lines.join('\n')]);
  const storage = await entrenar.WasmStorage.open();
  const start = performance.now();
  const held = [];
  let turn = start;
  let goesOn = true;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const now = performance.now();
    if (now - turn > 50) held.push([Math.round(turn - start), Math.round(now - turn)]);
    turn = now;
    if (goesOn) port2.postMessage(0);
  };
  port2.postMessage(0);
  let read_ms = 0;
  const ids = await storage.import_runs(file, {
    on_progress: () => {
      read_ms = performance.now() - start;
    },
  });
  const total_ms = performance.now() - start;
  goesOn = false;
  return { ids: ids.length, total_ms, read_ms, held };
}, runs);
const longest = Math.max(0, ...seen.held.map(([, ms]) => ms));
console.log(`${seen.ids} runs in ${(seen.total_ms / 1000).toFixed(1)} s, published ${((seen.total_ms - seen.read_ms) / 1000).toFixed(1)} s after the file was read; the thread was held for ${longest} ms at most`);
const longestFirst = seen.held.toSorted(([, a], [, b]) => b - a).slice(0, 12);
console.log(longestFirst.map(([at, ms]) => `${ms} ms at ${(at / 1000).toFixed(1)} s`).join(', '));
await browser.close();
await site.stop();
