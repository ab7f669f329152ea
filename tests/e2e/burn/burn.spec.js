// A network of Burn's trains in a tab, and its curves and weights are there after a reload.
import { join } from 'node:path';
import { repository } from '../fixtures/site.js';
import { expect, openIn, readSeries, test } from '../fixtures/test.js';

test('a network trained by Burn leaves its curves and its weights, which a reload finds', async ({ context, site, problems }) => {
  site.addDirectory('examples', join(repository, 'examples'));
  site.addDirectory('target/burn-tab', join(repository, 'target/burn-tab'));
  const page = await context.newPage();
  await page.goto(`${site.origin}/examples/burn.html`);
  await expect(page.getByRole('status')).toHaveText('Nothing was trained here yet.');
  await page.getByRole('button', { name: 'Train' }).click();
  await expect(page.getByRole('status')).toHaveText('run-0 is finished: reload, and it is still there.');

  const reader = await openIn(context, site.blank);
  const { values: loss } = await readSeries(reader, 'run-0', 'loss');
  const { values: accuracy } = await readSeries(reader, 'run-0', 'accuracy');
  expect([loss.length, accuracy.length]).toEqual([150, 150]);
  expect(loss.at(-1)).toBeLessThan(loss[0] / 4);
  expect(accuracy.at(-1)).toBeGreaterThan(0.95);

  await page.reload();
  const kept = page.getByRole('status');
  await expect(kept).toHaveText(/^run-0 is kept: 150 losses, from 0\.\d\d to 0\.\d\d; its network finds \d+ % of the classes\.$/);
  // The network that was loaded is the one that was trained: one step better than the last that was logged.
  const found = Number(/finds (\d+) %/.exec(await kept.textContent())[1]);
  expect(Math.abs(found - 100 * accuracy.at(-1))).toBeLessThan(2);
  expect(problems.list).toEqual([]);
});
