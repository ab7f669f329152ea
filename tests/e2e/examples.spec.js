// Each example trains, and what it logged is stored.
import { join } from 'node:path';
import { repository } from './fixtures/site.js';
import { expect, openIn, readSeries, test } from './fixtures/test.js';

test.beforeEach(({ site }) => {
  site.addDirectory('examples', join(repository, 'examples'));
  site.addDirectory('target/train', join(repository, 'target/train'));
  site.addDirectory('target/leptos-app', join(repository, 'target/leptos-app'));
});

/** What is stored of the only run of an experiment. */
async function storedRun(context, site, experimentName) {
  const reader = await openIn(context, site.blank);
  const run = await reader.evaluate(async (name) => {
    const storage = await entrenar.WasmStorage.open();
    const id = storage.list_experiments().find((id) => storage.experiment(id).name === name);
    const [runId, ...others] = storage.list_runs(id);
    return { ...storage.run(runId), others: others.length };
  }, experimentName);
  return { ...run, loss: (await readSeries(reader, run.run_id, 'loss')).values };
}

test('the example in a page trains on after a reload in the middle, in one run', async ({ context, site, problems }) => {
  const page = await context.newPage();
  await page.goto(`${site.origin}/examples/page.html`);
  await expect(page.getByRole('status')).toContainText(/Epoch \d/);
  await page.reload();
  await expect(page.getByRole('status')).toHaveText('Finished. 1 run of this experiment so far.', { timeout: 30_000 });
  const run = await storedRun(context, site, 'line');
  expect([run.status, run.others, run.loss.length]).toEqual(['Success', 0, 60]);
  expect(run.loss.at(-1)).toBeLessThan(run.loss[0] / 10);
  expect(Object.keys(run.artifacts)).toEqual(['weights.json']);
  expect(problems.list).toEqual([]);
});

test('the example in a worker trains, and its page reads all of it', async ({ context, site, problems }) => {
  const page = await context.newPage();
  // The training takes half a second: all that the page says is kept, for it may be over before anyone looks.
  await page.addInitScript(() => {
    globalThis.said = [];
    const note = () => said.push(document.querySelector('#status')?.textContent);
    new MutationObserver(note).observe(document, { childList: true, subtree: true, characterData: true });
  });
  await page.goto(`${site.origin}/examples/worker.html`);
  await expect(page.getByRole('status')).toHaveText('Finished. 50 points.', { timeout: 30_000 });
  expect(await page.evaluate(() => said)).toContainEqual(expect.stringMatching(/^Step \d+: loss 0\.\d{4}$/));
  const run = await storedRun(context, site, 'annealing');
  expect([run.status, run.loss.length, run.tags.where]).toEqual(['Success', 50, 'worker']);
  expect(problems.list).toEqual([]);
});

test('the example in Rust trains, and JavaScript reads it', async ({ context, site, problems }) => {
  const page = await context.newPage();
  await page.goto(`${site.origin}/examples/rust.html`);
  await expect(page.getByRole('status')).toHaveText('Finished. 50 epochs in run-0.', { timeout: 30_000 });
  const run = await storedRun(context, site, 'mean');
  expect([run.status, run.loss.length, run.tags.language]).toEqual(['Success', 50, 'Rust']);
  expect(run.loss[0]).toBe((4 + 9 + 25 + 49) / 4);
  expect(problems.list).toEqual([]);
});

test('the example with leptos shows a run while it is logged, finds it after a reload, and goes on with it', async ({ context, site, problems }) => {
  const page = await context.newPage();
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await tab.goto(`${site.origin}/examples/leptos.html`);
    await expect(tab.getByRole('status')).toHaveText('Ready.');
    await expect(tab.getByRole('listitem')).toHaveCount(0);
  }
  await page.getByRole('button', { name: 'Train' }).click();
  await expect(page.getByRole('listitem')).toHaveText(/^run-0: running, \d\d+ points$/);
  // What one tab logs, the other shows.
  await expect(other.getByRole('listitem')).toHaveText(/^run-0: running, \d\d+ points$/);
  await expect(other.getByRole('img', { name: 'the loss of run-0' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('listitem')).toHaveText(/^run-0: interrupted, \d\d+ points$/);
  await page.getByRole('button', { name: 'Go on with run-0' }).click();
  await expect(page.getByRole('status')).toHaveText('run-0 is finished: reload, and it is still there.');
  await expect(page.getByRole('listitem')).toHaveText('run-0: finished, 200 points');
  await expect(other.getByRole('listitem')).toHaveText('run-0: finished, 200 points');
  const run = await storedRun(context, site, 'live metrics');
  expect([run.status, run.others, run.loss.length]).toEqual(['Success', 0, 200]);
  expect(run.loss).toEqual(run.loss.map((_, step) => Math.exp(-step / 60)));
  expect(problems.list).toEqual([]);
});
