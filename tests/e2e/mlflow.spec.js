// Runs on their way from Chromium to a real MLflow tracking server of another origin and back, read there by MLflow's own client.
import { test } from './fixtures/mlflow-server.js';
import { serve } from './fixtures/server.js';
import { expect } from './fixtures/test.js';

// The client that reads takes some seconds.
test.describe.configure({ mode: 'serial', timeout: 180_000 });

/** Points in the page, as MLflow holds them: step, time and value as texts, each once, in one order. */
const asMlflowHolds = (points) => {
  const held = (value) => (value === Infinity ? Number.MAX_VALUE : value === -Infinity ? -Number.MAX_VALUE : value + 0);
  return [...new Set(points.map(([step, timestamp, value]) => [step, timestamp, held(Number(value))].join(' ')))].sort();
};

/** All points of a run as the page has them, by key. */
const pointsOf = (page, runId) =>
  page.evaluate(async (runId) => {
    const storage = await entrenar.WasmStorage.open();
    const all = {};
    for (const key of storage.list_metric_keys(runId)) {
      const { step, value, timestamp } = await storage.get_metrics(runId, key);
      all[key] = [...step].map((each, index) => [each, timestamp[index], String(value[index])]);
    }
    await storage.close();
    return all;
  }, runId);

async function expectSame(page, mlflow, runId, mlflowRunId) {
  const run = await mlflow.read(mlflowRunId);
  const points = await pointsOf(page, runId);
  expect(Object.keys(run.metrics).sort()).toEqual(Object.keys(points).sort());
  for (const [key, there] of Object.entries(run.metrics)) {
    // Python says of infinities and NaN what JavaScript reads in other words.
    const plain = there.map(([step, timestamp, value]) => [step, timestamp, value === 'nan' ? 'NaN' : value]);
    expect(plain.length, `points of ${key}, each once`).toBe(new Set(plain.map(String)).size);
    expect(asMlflowHolds(plain)).toEqual(asMlflowHolds(points[key]));
  }
  return run;
}

/** A run of `points` points in each of two metrics, which has ended. */
const logRun = (page, experiment, points) =>
  page.evaluate(
    async ([experiment, points]) => {
      const run = await entrenar.WasmRun.new(experiment, { config: { lr: 0.001, net: { layers: [64, 32] } }, tags: { stage: 'final' }, run_name: 'first' });
      run.log_series('loss', Float64Array.from({ length: points }, (_, index) => 1 / (index + 1)));
      run.log_series('val/accuracy', Float64Array.from({ length: points }, (_, index) => index / 7));
      run.log_artifact('notes/a b.txt', new TextEncoder().encode('hello'));
      await run.finish();
      return run.run_id();
    },
    [experiment, points],
  );

/** Begins a sync in the page: `globalThis.sync` is its promise, `globalThis.done` how many points are there. */
const beginSync = (page, runId, options) =>
  page.evaluate(
    async ([runId, options]) => {
      globalThis.storage = await entrenar.WasmStorage.open();
      globalThis.done = 0;
      globalThis.losses = [];
      const sync = storage.sync_mlflow(runId, { ...options, on_progress: (done) => (globalThis.done = done), on_loss: (what) => losses.push(what) });
      globalThis.sync = sync.catch(({ code, message }) => ({ code, message }));
    },
    [runId, options],
  );
const endOfSync = (page) => page.evaluate(() => globalThis.sync);
const atLeast = (page, points) => page.waitForFunction((points) => globalThis.done >= points, points);

test('a run of every kind of value is in MLflow as far as MLflow can hold it, and comes back', async ({ open, site, mlflow, problems }) => {
  const page = await open(site.formats);
  const runId = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('every value', { config: { lr: 1e-4, net: { layers: [64, 32], name: 'größe' } }, tags: { stage: 'final', author: 'Zoë' }, run_name: 'first' });
    [NaN, Infinity, -Infinity, -0, 5e-324, 0.1, 1e308, 123456789012345680].forEach((value, index) => run.log_metric_at('odd', index % 3, value));
    run.log_metric_at('odd', Number.MAX_SAFE_INTEGER, 1);
    run.log_series('loss', Float64Array.from({ length: 2_345 }, (_, index) => Math.sin(index) / 3));
    run.log_artifact('notes/a b.txt', new TextEncoder().encode('hello'));
    run.log_artifact('größe', new Uint8Array([0, 255]));
    await run.cancel();
    return run.run_id();
  });
  await beginSync(page, runId, { url: `${mlflow.url}/`, headers: { 'X-Token': 'geheim' } });
  const { mlflow_run_id, points } = await endOfSync(page);
  expect(points).toBe(2_354);
  const run = await expectSame(page, mlflow, runId, mlflow_run_id);
  expect(run).toMatchObject({ experiment: 'every value', runs: 1, name: 'first', status: 'KILLED', params: { lr: '0.0001', 'net.layers': '[64,32]', 'net.name': 'größe' } });
  expect(run.tags).toMatchObject({ stage: 'final', author: 'Zoë', 'mlflow.runName': 'first', 'entrenar.run_id': runId });
  expect(run.artifacts).toEqual({ 'notes/a b.txt': '68656c6c6f', gr__e: '00ff' });
  expect((await page.evaluate(() => losses)).join('\n')).toMatch(/±Infinity[^]*artifact 'größe' is called 'gr__e' in MLflow/);
  const known = await page.evaluate(async (runId) => storage.mlflow_syncs(runId), runId);
  expect(known).toEqual([{ url: mlflow.url, experiment: 'every value', mlflow_experiment_id: expect.any(String), mlflow_run_id, points, sent_ms: expect.any(Number), is_sending: false }]);
  // Nothing that was passed as a header is stored or exported.
  const kept = await page.evaluate(async () => {
    const database = await new Promise((resolve) => (indexedDB.open('entrenar').onsuccess = ({ target }) => resolve(target.result)));
    const meta = database.transaction('meta').objectStore('meta').getAll();
    await new Promise((resolve) => (meta.onsuccess = resolve));
    return JSON.stringify(meta.result) + (await (await storage.export_database()).text());
  });
  expect(kept).toContain(mlflow_run_id);
  expect(kept).not.toContain('geheim');

  const imported = await page.evaluate(
    async ([id, url]) => {
      const run_id = await storage.import_mlflow(id, { url, experiment: 'back' });
      const { config, tags, status, run_name, artifacts } = storage.run(run_id);
      return { run_id, config, tags, status, run_name, artifacts: Object.keys(artifacts), notes: await (new Response(await storage.get_artifact(run_id, 'notes/a b.txt'))).text() };
    },
    [mlflow_run_id, mlflow.url],
  );
  expect(imported).toMatchObject({
    config: { lr: 1e-4, 'net.layers': [64, 32], 'net.name': 'größe' },
    tags: { stage: 'final', author: 'Zoë' },
    status: 'Cancelled',
    run_name: 'first',
    notes: 'hello',
  });
  expect(imported.artifacts.sort()).toEqual(['gr__e', 'notes/a b.txt']);
  const [before, after] = [await pointsOf(page, runId), await pointsOf(page, imported.run_id)];
  for (const key of Object.keys(before)) expect(asMlflowHolds(after[key])).toEqual(asMlflowHolds(before[key]));
  problems.clear(); // Of the experiment that MLflow did not have: Chromium calls each 404 an error.
});

test('a server that is killed and started again in the middle of a sync has every point once', async ({ open, site, mlflow, problems }) => {
  const page = await open(site.formats);
  const runId = await logRun(page, 'killed server', 12_000);
  await beginSync(page, runId, { url: mlflow.url });
  await atLeast(page, 5_000);
  await mlflow.kill();
  await mlflow.start();
  const { mlflow_run_id, points } = await endOfSync(page);
  expect(points).toBe(24_000);
  expect(await expectSame(page, mlflow, runId, mlflow_run_id)).toMatchObject({ runs: 1, status: 'FINISHED' });
  problems.clear();
});

test('a sync whose tab is closed goes on in another tab, and one that is stopped goes on when it is asked for again', async ({ open, site, mlflow, problems }) => {
  const page = await open(site.formats);
  const runId = await logRun(page, 'closed tab', 10_000);
  await beginSync(page, runId, { url: mlflow.url });
  await atLeast(page, 3_000);
  await page.close();
  const other = await open(site.formats);
  const stopped = await other.evaluate(
    async ([runId, url]) => {
      globalThis.storage = await entrenar.WasmStorage.open();
      const stop = new AbortController();
      const sync = storage.sync_mlflow(runId, { url, signal: stop.signal, on_progress: (done) => done >= 9_000 && stop.abort('enough') });
      return sync.catch(({ name, code, cause }) => ({ name, code, cause }));
    },
    [runId, mlflow.url],
  );
  expect(stopped).toEqual({ name: 'AbortError', code: 'Aborted', cause: 'enough' });
  const begun = await other.evaluate(async (runId) => storage.mlflow_syncs(runId), runId);
  expect(begun[0].points).toBeGreaterThanOrEqual(9_000);
  expect(begun[0].points).toBeLessThan(20_000);
  await beginSync(other, runId, { url: mlflow.url });
  const { mlflow_run_id, points } = await endOfSync(other);
  expect(points).toBe(20_000);
  expect(await expectSame(other, mlflow, runId, mlflow_run_id)).toMatchObject({ runs: 1, status: 'FINISHED' });
  problems.clear();
});

test('a live sync follows a run that another tab logs, through an outage, until it has ended', async ({ open, site, mlflow, problems }) => {
  const training = await open(site.formats);
  const runId = await training.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('live');
    globalThis.logging = setInterval(() => run.log_metrics({ loss: Math.random(), accuracy: Math.random() }), 20);
    await run.flush();
    return run.run_id();
  });
  const page = await open(site.formats);
  await beginSync(page, runId, { url: mlflow.url, live: true });
  await atLeast(page, 50);
  await mlflow.kill();
  const during = await training.evaluate(() => run.current_step('loss'));
  await training.waitForFunction((during) => run.current_step('loss') > during + 100, during);
  await mlflow.start();
  await atLeast(page, 2 * (during + 100));
  await training.evaluate(() => {
    clearInterval(logging);
    return run.finish();
  });
  const { mlflow_run_id, points } = await endOfSync(page);
  const run = await expectSame(page, mlflow, runId, mlflow_run_id);
  expect(run).toMatchObject({ runs: 1, status: 'FINISHED' });
  expect(points).toBe(Object.values(run.metrics).reduce((sum, points) => sum + points.length, 0));
  problems.clear();
});

test('what answers instead of MLflow, or does not, is told by a code and what to do', async ({ open, site, problems }) => {
  const page = await open(site.formats);
  const runId = await logRun(page, 'refused', 1);
  let answer = () => {};
  const { origin: url, stop } = await serve((request, response) => {
    if (request.method === 'OPTIONS') response.writeHead(204, { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*', 'access-control-allow-methods': '*' }).end();
    else answer(response);
  });
  const tell = (status, body, headers = {}) => {
    answer = (response) => response.writeHead(status, { 'access-control-allow-origin': '*', ...headers }).end(body);
  };
  const failure = async (options) => {
    await beginSync(page, runId, { url, ...options });
    return endOfSync(page);
  };
  const html = '<!doctype html><title>not here</title>';
  for (const [status, body, code, hint] of [
    [401, '', 'ServerDenied', 'options.headers'],
    [403, 'no', 'ServerDenied', 'options.headers'],
    [404, html, 'NotMlflow', 'options.url'],
    [200, html, 'NotMlflow', 'options.url'],
    [413, html, 'ServerRefused', 'limit'],
    [400, '{"error_code":"INVALID_PARAMETER_VALUE","message":"not so"}', 'ServerRefused', 'not so'],
  ]) {
    tell(status, body);
    expect(await failure()).toEqual({ code, message: expect.stringContaining(hint) });
  }
  // A page that the server does not let in is told what a page may know.
  answer = (response) => response.writeHead(200, {}).end('{}');
  expect(await failure()).toEqual({ code: 'ServerUnreachable', message: expect.stringContaining('--cors-allowed-origins') });
  // Asked to wait, it waits, and goes on by itself.
  let asked = 0;
  answer = (response) => {
    asked += 1;
    const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*', 'retry-after': '1' };
    response.writeHead(asked < 3 ? 429 : 401, headers).end();
  };
  expect((await failure()).code).toBe('ServerDenied');
  expect(asked).toBe(3);
  await stop();
  expect((await failure()).code).toBe('ServerUnreachable');
  const known = await page.evaluate((runId) => storage.mlflow_syncs(runId), runId);
  expect(known[0].failure).toEqual({ code: 'ServerUnreachable', message: expect.any(String), failed_ms: expect.any(Number) });
  for (const wrong of ['ftp://a', 'http://', 'http://a:b@c', 'http://a/#/x', 7, '']) {
    expect((await failure({ url: wrong })).code).toBe('InvalidArgument');
  }
  expect((await failure({ headers: { 'a b': 'c' } })).code).toBe('InvalidArgument');
  problems.clear();
});
