// A report of 5 × 10^6 points, to be saved and opened.
import init, { WasmRun, WasmStorage } from '/pkg-npm/entrenar.js';
import { page as template } from '/report/page.mjs';

const POINTS = 5e6;
const METRICS = 50;

await init();

/** Saves a report of values that float32 holds, or not. Returns the bytes of a point, and the milliseconds that it took to write them. */
async function saveReport({ single }) {
  const round = single ? Math.fround : (value) => value;
  const count = POINTS / METRICS;
  const run = await WasmRun.new('report', { storage: 'memory' });
  for (let metric = 0; metric < METRICS; metric += 1) {
    const values = Float64Array.from({ length: count }, (_, step) => round(Math.exp(-step / count) + 0.1 * Math.random()));
    run.log_series(`metric ${metric}`, values);
  }
  await run.finish();
  const storage = await WasmStorage.open({ storage: 'memory' });
  const start = performance.now();
  const report = await storage.export_runs([run.run_id()], 'html', { template });
  const written = performance.now() - start;
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(report), download: 'report.html' });
  link.click();
  return { bytes: (report.size - template.length) / POINTS, written, page: template.length / 1000 };
}

globalThis.bench = { saveReport };
