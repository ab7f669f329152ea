// The five JavaScript listings of the specification run as they are written, but for one word: `WasmRun.new` is a promise,
// and listings from before that get the `await` they lack.
import { readFileSync } from 'node:fs';
import { buildApp, install, writeApp } from './fixtures/app.js';
import { fences } from './fixtures/markdown.js';
import { expect, loaded, test } from './fixtures/test.js';

const specification = readFileSync(new URL('./spec/wasm-bindings.md', import.meta.url), 'utf8');
const listings = fences(specification)
  .filter(({ language }) => ['javascript', 'html', 'jsx'].includes(language))
  .map((listing) => ({ ...listing, code: listing.code.replace(/(?<!await )WasmRun\.new\(/g, 'await WasmRun.new(') }));

/** The listing under `heading`. */
function listing(heading) {
  const found = listings.filter((candidate) => candidate.heading === heading);
  if (found.length !== 1) throw new Error(`${found.length} listings under "${heading}"`);
  return found[0].code;
}

/** A page that runs `code` as a module after the package is loaded; `globalThis.done` is set when it ran to its end. */
function pageWith(code, body = '') {
  return `<!doctype html><meta charset="utf-8">${body}
<script type="module">
import init, * as entrenar from './pkg/entrenar.js';
await init();
const { WasmRun } = entrenar;
globalThis.entrenar = entrenar;
${code}
globalThis.done = true;
</script>`;
}

/** The directory of an application made of `files` that has the web package installed, built. */
async function builtApp(name, files) {
  const root = await writeApp(name, files);
  await install(root, 'pkg');
  return buildApp(root, name);
}

/** The metrics that the database holds for `runId`, and its record, read by a new page. */
async function stored(open, runId) {
  const reader = await open();
  return reader.evaluate(async (runId) => {
    const storage = await entrenar.WasmStorage.open();
    const metrics = {};
    for (const key of storage.list_metric_keys(runId)) {
      const { step, value } = await storage.get_metrics(runId, key);
      metrics[key] = Array.from(step, (at, index) => [at, value[index]]);
    }
    return { metrics, status: storage.run(runId).status };
  }, runId);
}

test('the specification has five listings for JavaScript', () => {
  expect(listings.map(({ heading, language }) => `${heading}: ${language}`)).toEqual([
    'JavaScript API: javascript',
    'With a Bundler (Webpack/Vite): javascript',
    'Without a Bundler: html',
    'React Example: jsx',
    'Error Handling: javascript',
  ]);
});

test('the JavaScript API listing logs, reads, subscribes and finishes', async ({ context, site, open }) => {
  const page = await context.newPage();
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  await page.goto(site.add('javascript-api.html', pageWith(`${listing('JavaScript API')}\nObject.assign(globalThis, { run, metrics });`)));
  await page.waitForFunction(() => globalThis.done);

  const { metrics, finished, status } = await page.evaluate(async () => {
    await run.flush();
    return { metrics, finished: run.is_finished(), status: run.status() };
  });
  const when = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(metrics).toEqual({
    loss: [
      { step: 0, value: 0.5, timestamp: when },
      { step: 1, value: 0.4, timestamp: when },
    ],
    accuracy: [{ step: 0, value: 0.85, timestamp: when }],
    learning_rate: [{ step: 100, value: 0.001, timestamp: when }],
  });
  expect(said).toEqual(['run-0', 'exp-0', '2', 'false']);
  // finish() came first: the fail() after it changes nothing, and its promise disturbs nobody.
  expect({ finished, status }).toEqual({ finished: true, status: 'Success' });
  expect(await stored(open, 'run-0')).toEqual({
    metrics: { loss: [[0, 0.5], [1, 0.4]], accuracy: [[0, 0.85]], learning_rate: [[100, 0.001]] },
    status: 'Success',
  });
});

test('the bundler listing trains, draws and finishes when built by a bundler', async ({ context, site, open }) => {
  const directory = await builtApp('listing-bundler', {
    'index.html': `<!doctype html><script>
      let epochs = 0;
      globalThis.drawn = [];
      globalThis.trainEpoch = () => 1 / ++epochs;
      globalThis.updateChart = (metrics) => drawn.push(metrics.loss.length);
    </script><script type="module" src="./main.js"></script>`,
    'main.js': listing('With a Bundler (Webpack/Vite)'),
  });
  const page = await context.newPage();
  await page.goto(site.addDirectory('listing-bundler', directory));
  await page.waitForFunction(() => drawn.length === 100);
  expect(await page.evaluate(() => drawn)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));

  await expect.poll(async () => (await stored(open, 'run-0')).status).toBe('Success');
  const { metrics } = await stored(open, 'run-0');
  expect(metrics.loss).toEqual(Array.from({ length: 100 }, (_, index) => [index, 1 / (index + 1)]));
});

test('the listing without a bundler shows the metrics as JSON', async ({ context, site, problems }) => {
  void problems;
  const page = await context.newPage();
  const html = `<!doctype html><pre id="metrics"></pre>\n${listing('Without a Bundler')}`;
  await page.goto(site.add('without-a-bundler.html', html));
  await expect(page.locator('#metrics')).toContainText('loss');
  const metrics = JSON.parse(await page.locator('#metrics').textContent());
  expect(metrics).toEqual({ loss: [{ step: 0, value: 0.5, timestamp: expect.any(String) }] });
});

test('the React listing logs on a click, under StrictMode', async ({ context, site, open }) => {
  const directory = await builtApp('listing-react', {
    'index.html': '<!doctype html><div id="root"></div><script type="module" src="./main.jsx"></script>',
    'main.jsx': `${listing('React Example')}
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
createRoot(document.getElementById('root')).render(<StrictMode><TrainingDashboard /></StrictMode>);`,
  });
  const page = await context.newPage();
  await page.goto(site.addDirectory('listing-react', directory));
  // React mounts twice under StrictMode, so there are two runs; a click before the first of them is ready logs nothing.
  const reader = await open();
  const runs = () => reader.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const all = storage.list_experiments().map((id) => [storage.experiment(id).name, storage.list_runs(id)]);
    await storage.close();
    return all;
  });
  await expect.poll(runs).toEqual([['react-training', ['run-0', 'run-1']]]);

  const shown = async () => JSON.parse(await page.locator('pre').textContent());
  await expect(async () => {
    await page.getByRole('button', { name: 'Log Random Loss' }).click();
    expect(await shown()).toHaveProperty('loss');
  }).toPass();
  const before = (await shown()).loss.length;
  await page.getByRole('button').click();
  await expect.poll(async () => (await shown()).loss.length).toBe(before + 1);
  const { loss } = await shown();
  expect(loss.map(({ step }) => step)).toEqual(loss.map((_, index) => index));
  expect(loss.every(({ value }) => value >= 0 && value < 1)).toBe(true);
});

test('the error handling listing logs, and its catch sees a real error', async ({ context, site, open, problems }) => {
  const page = await context.newPage();
  await page.goto(site.add('error-handling.html', pageWith(listing('Error Handling'))));
  await page.waitForFunction(() => globalThis.done);
  await expect
    .poll(async () => (await stored(open, 'run-0')).metrics)
    .toEqual({ loss: [[0, 0.5]] });
  expect(problems.list).toEqual([]);

  // The same listing with a value that is no number: what it catches is an Error that says so.
  const broken = listing('Error Handling').replace('0.5', "'half'");
  expect(broken).not.toBe(listing('Error Handling'));
  const caught = page.waitForEvent('console', (message) => message.type() === 'error');
  await page.goto(site.add('error-caught.html', pageWith(broken)));
  const [label, error] = (await caught).args();
  expect(await label.jsonValue()).toBe('WASM error:');
  expect(await error.evaluate((error) => [error instanceof Error, error.name, typeof error.code])).toEqual([true, 'TypeError', 'string']);
  await loaded(page);
  problems.clear();
});
