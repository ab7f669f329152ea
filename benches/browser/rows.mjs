// What is promised: the table's rows, in the order of the issue that set them. A row is a sample or the quotient of two.

const times = (number) => `${plain(number)}×`;
const unit = (name) => (number) => `${plain(number)} ${name}`;

export function plain(number) {
  if (!Number.isFinite(number)) return '–';
  const size = Math.abs(number);
  if (size >= 1000) return number.toPrecision(3).includes('e') ? Math.round(number / 10) * 10 + '' : number.toPrecision(3);
  if (size >= 100) return number.toFixed(0);
  if (size >= 10) return number.toFixed(1);
  return number.toFixed(2);
}

/** `of`: the sample, or dividend and divisor. `must` and `aim` are upper limits, with `least` lower ones. */
export const ROWS = [
  { part: 'logging', what: '`log_metric` ÷ plain JS (`Map` lookup, push of `{step, value, timestamp: Date.now()}`)', of: ['log_metric', 'plain JavaScript'], must: 2, aim: 1 },
  { part: 'logging', what: 'the same with 1000 keys ÷ with 1 key, empty', of: ['log_metric, 1000 keys', 'log_metric'], must: 1.3, aim: 1.1 },
  { part: 'logging', what: 'the same after 10^6 points ÷ with 1 key, empty', of: ['log_metric, after 10^6 points', 'log_metric'], must: 1.3, aim: 1.1 },
  { part: 'logging', what: '`log_series` per point ÷ copying the `Float64Array`', of: ['log_series', 'copy of the array'], must: 4, aim: 2 },
  { part: 'bulk', what: '10^6 × `log_metric` + `flush()` ÷ raw limit writing the same', of: ['entrenar write', 'raw limit write'], must: 3, aim: 1.5 },
  { part: 'bulk', what: 'Dexie ÷ us, write 10^6', of: ['Dexie write', 'entrenar write'], must: 200, aim: 400, least: true },
  { part: 'bulk', what: 'Dexie ÷ us, read back 10^6', of: ['Dexie read', 'entrenar read'], must: 50, aim: 100, least: true },
  { part: 'bulk', what: 'SQLite on OPFS (its faster way, `opfs-sahpool`) ÷ us, write', of: ['SQLite opfs-sahpool write', 'entrenar write'], must: 5, aim: 20, least: true },
  { part: 'bulk', what: 'SQLite on OPFS (its faster way, `opfs-sahpool`) ÷ us, read', of: ['SQLite opfs-sahpool read', 'entrenar read'], must: 5, aim: 10, least: true },
  { part: 'bulk', what: 'read 10^6 points after reload ÷ raw `getAll` of the same records', of: ['entrenar read', 'raw getAll of our records'], must: 2, aim: 1.2 },
  { part: 'opening', what: 'open with 10^7 points stored ÷ open empty', of: ['open with 10^7 points', 'open empty'], must: 2, aim: 1.2 },
  { part: 'reading', what: '`get_metrics_json` of 10^5 points, the first time ÷ `JSON.stringify` of the same objects', of: ['get_metrics_json', 'JSON.stringify'], must: 1, aim: 0.5 },
  { part: 'reading', what: 'the same again, 1000 points later', of: ['get_metrics_json, 1000 points later', 'JSON.stringify'], must: 1, aim: 0.5 },
  { part: 'reading', what: '`get_metrics_downsampled(…, 2000)` of 10^6 points', of: ['downsampled, 10^6'], show: unit('ms'), must: 10, aim: 3 },
  { part: 'reading', what: '`get_metrics_downsampled(…, 2000)` of 10^7 points', of: ['downsampled, 10^7'], show: unit('ms'), must: 100, aim: 30 },
  { part: 'live', what: 'bytes stored per point, after compaction', of: ['bytes stored per point'], show: unit('B'), must: 17, aim: 10 },
  { part: 'live', what: 'bytes written per point logged ÷ stored', of: ['bytes written ÷ stored'], must: 3, aim: 2 },
  { part: 'memory', what: 'wasm memory per point in the cache, logged here', of: ['wasm bytes per point logged'], show: unit('B'), must: 26, aim: 17 },
  { part: 'memory', what: 'the same, read back from disk (with what reading leaves of free memory)', of: ['wasm bytes per point read'], show: unit('B'), must: 26, aim: 17 },
  { part: 'live', what: 'longest block of the main thread while logging 100 000 points/s over 100 series', of: ['longest block'], show: unit('ms'), must: 16, aim: 5 },
  { part: 'backup', what: 'backup of 1000 new points among 10^7', of: ['backup of 1000 new points'], show: unit('ms'), must: 100 },
  { part: 'size', what: 'gzip of wasm, glue and snippets', of: ['gzip of wasm and glue'], show: unit('KB'), must: 200 },
  { part: 'reports', what: 'a report: bytes a point, float32 values', of: ['report, bytes a point, float32 values'], show: unit('B'), must: 12 },
  { part: 'reports', what: 'the same, other values', of: ['report, bytes a point, other values'], show: unit('B'), must: 20 },
  { part: 'reports', what: 'first chart of a report of 5 × 10^6 points, float32 values, from opening the file', of: ['report opened, float32 values'], show: unit('ms'), must: 2000 },
  { part: 'reports', what: 'the same, other values', of: ['report opened, other values'], show: unit('ms'), must: 2000 },
].map((row) => ({ show: times, ...row }));

/** What the dashboard is to hold. */
export const DASHBOARD_ROWS = [
  { what: 'first chart of 5 runs × 10^6 points, from opening the page', of: ['dashboard first chart'], show: unit('ms'), must: 600, aim: 300 },
  { what: 'the same ÷ uPlot drawing already-downsampled arrays', of: ['dashboard first chart', 'uPlot first chart'], must: 3 },
  { what: 'p95 frame while panning', of: ['dashboard p95 frame while panning'], show: unit('ms'), must: 16.7 },
  { what: 'live update with 10^6 stored points ÷ with 10^3', of: ['dashboard update, 10^6 points', 'dashboard update, 10^3 points'], must: 1.3 },
  { what: '1000 metrics open', of: ['dashboard 1000 metrics'], show: unit('ms'), must: 1500 },
  { what: 'longest time a chart in view is blank while scrolling through them', of: ['dashboard longest blank'], show: unit('ms'), must: 100 },
  { what: 'gzip of the dashboard’s JavaScript besides the wasm', of: ['dashboard gzip'], show: unit('KB'), must: 110 },
].map((row) => ({ part: 'dashboard', show: times, ...row }));
