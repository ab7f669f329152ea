// Runs side by side, and how safe what is stored is.
import { readFile } from 'node:fs/promises';
import { expect, id, row, SWEEP, test } from './fixtures/dashboard.js';
import { METRICS, SHORT, valueOf } from './fixtures/tracked-runs.js';

test.beforeEach(({ runs }) => runs);

/** The rows of one section of the table. */
const section = (page, title) => page.getByTestId('compare').locator('tbody').filter({ has: page.getByRole('rowheader', { name: title, exact: true }) }).getByRole('row');

/** What the table says of each setting, tag and last value, by its name. */
const compared = (page) => page.getByTestId('compare').getByRole('row').evaluateAll((rows) => {
  const texts = rows.map((one) => [...one.cells].map((cell) => cell.textContent.trim()));
  return Object.fromEntries(texts.filter(({ length }) => length > 1).map(([key, ...values]) => [key, values]));
});

test('settings, tags and last values stand side by side, the differences alone on request', async ({ dashboard }) => {
  const page = await dashboard(`experiment=${SWEEP}&runs=${id(1)},${id(2)},${id(4)}`);
  await page.getByTestId('tab-compare').click();
  const shown = (metric) => [1, 2, 4].map((index) => String(Number(valueOf(index, METRICS.indexOf(metric), SHORT - 1).toPrecision(4))));
  await expect.poll(() => compared(page)).toMatchObject({
    What: ['bold heron', 'quiet otter', 'late comet'],
    lr: ['0.003', '0.01', '0.1'],
    optimizer: ['adam', 'sgd', 'sgd'],
    batch_size: ['32', '32', '32'],
    team: ['vision', 'vision', 'vision'],
    note: ['–', 'baseline', '–'],
    'test/loss': shown('test/loss'),
  });
  await page.getByTestId('differences-only').check();
  await expect.poll(() => compared(page)).not.toHaveProperty('batch_size');
  const differing = await compared(page);
  for (const key of ['layers', 'team']) expect(differing).not.toHaveProperty(key);
  for (const key of ['lr', 'optimizer', 'note', 'test/accuracy']) expect(differing).toHaveProperty(key);

  const best = (title, metric) => section(page, title).filter({ hasText: metric }).locator('td').evaluateAll((cells) =>
    cells.flatMap((cell, index) => (getComputedStyle(cell, '::after').content.includes('best') ? [index] : [])));
  const text = (value) => String(Number(value.toPrecision(4)));
  for (const [metric, pick] of [['test/loss', Math.min], ['test/accuracy', Math.max]]) {
    const series = [1, 2, 4].map((index) => Array.from({ length: SHORT }, (_, step) => valueOf(index, METRICS.indexOf(metric), step)));
    const last = series.map((values) => values.at(-1));
    expect(await best('Last values', metric)).toEqual([last.indexOf(pick(...last))]);
    const reached = series.map((values) => pick(...values));
    await expect(section(page, 'Best values').filter({ hasText: metric }).locator('td')).toHaveText(reached.map(text));
    expect(await best('Best values', metric)).toEqual([reached.indexOf(pick(...reached))]);
  }
  expect(await best('Last values', 'learning_rate')).toEqual([]);
  await expect(section(page, 'Best values').filter({ hasText: 'learning_rate' })).toHaveCount(0);
  await page.reload();
  await expect(page.getByTestId('differences-only')).toBeChecked();
});

test('what is compared is saved as CSV, with values in full', async ({ dashboard }) => {
  const page = await dashboard(`experiment=${SWEEP}&runs=${id(1)},${id(2)}`);
  await page.getByTestId('tab-compare').click();
  await page.getByTestId('differences-only').check();
  await expect(section(page, 'Best values').filter({ hasText: 'test/loss' }).locator('td').first()).not.toHaveText('…');
  const download = page.waitForEvent('download');
  await page.getByTestId('compare-csv').click();
  const lines = (await readFile(await (await download).path(), 'utf8')).trimEnd().split('\r\n');
  expect(lines.slice(0, 2)).toEqual([`,run_id,${id(1)},${id(2)}`, ',run,bold heron,quiet otter']);
  expect(lines).toContain('Settings,lr,0.003,0.01');
  expect(lines).toContain('Tags,note,,baseline');
  const exact = [1, 2].map((index) => valueOf(index, METRICS.indexOf('test/loss'), SHORT - 1));
  expect(lines).toContain(`Last values,test/loss,${exact.join(',')}`);
  expect(lines.filter((line) => line.startsWith('Settings,batch_size'))).toEqual([]);
});

test('the storage panel tells what is used and what is granted, and asks for more', async ({ dashboard }) => {
  const page = await dashboard();
  await page.getByTestId('health').click();
  for (const amount of ['usage', 'quota']) await expect(page.getByTestId(amount)).toHaveText(/^\d[\d.]* ([KMGT]?B)$/);
  await expect(page.getByTestId('unsaved')).toHaveText('0 points');
  await expect(page.getByTestId('persisted')).toHaveText('not promised');
  await page.evaluate(() => {
    globalThis.asked = 0;
    navigator.storage.persist = async () => ((globalThis.asked += 1), true);
    navigator.storage.persisted = async () => globalThis.asked > 0;
  });
  await page.getByTestId('request-persistence').click();
  await expect(page.getByTestId('persisted')).toHaveText('yes');
  expect(await page.evaluate(() => asked)).toBe(1);
  await expect(page.getByTestId('request-persistence')).toHaveCount(0);
  await expect(row(page, id(0))).toBeVisible();
});
