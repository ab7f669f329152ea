// The runs table and a run's detail: find, sort, choose, rename, delete.
import { readFile } from 'node:fs/promises';
import { deleteLater, expect, id, listed, row, test, ticked } from './fixtures/dashboard.js';
import { METRICS, NAMES, SHORT, valueOf } from './fixtures/tracked-runs.js';

const all = NAMES.map((_, index) => id(index));
const newestFirst = all.toReversed();

test.beforeEach(({ runs }) => runs);

test('the table shows every run with its state, tags, start, duration and last values', async ({ dashboard }) => {
  const page = await dashboard(`experiment=sweep&table=wide`);
  await expect.poll(() => listed(page)).toEqual(newestFirst);
  const states = { 4: 'Failed', 6: 'Cancelled', 9: 'interrupted' };
  for (const [index, name] of NAMES.entries()) {
    await expect(row(page, id(index))).toHaveAttribute('data-status', states[index] ?? 'Success');
    await expect(row(page, id(index))).toContainText(name);
    await expect(row(page, id(index))).toContainText(index % 3 ? 'team: vision' : 'team: speech');
  }
  await expect(row(page, id(2))).toContainText('note: baseline');
  await expect(row(page, id(2))).toContainText(/(just now|ago)/);
  await expect(row(page, id(2))).toContainText(/\d s/);
  const last = Number(valueOf(2, METRICS.indexOf('test/accuracy'), SHORT - 1).toPrecision(4));
  await expect(row(page, id(2)).locator('td.value').first()).toHaveText(String(last));

  await page.getByTestId('columns').click();
  await page.getByRole('checkbox', { name: 'learning_rate' }).check();
  const rate = Number(valueOf(2, METRICS.indexOf('learning_rate'), SHORT - 1).toPrecision(4));
  await expect(row(page, id(2)).locator('td.value').last()).toHaveText(String(rate));
});

test('runs are found by name, tag, state and setting, and sorted by any column', async ({ dashboard }) => {
  const page = await dashboard();
  const find = page.getByTestId('find-runs');
  for (const [query, indices] of [
    ['OTTER', [2]],
    ['team:speech', [0, 3, 6, 9]],
    ['baseline', [2]],
    ['lr:0.03', [3, 8]],
    ['optimizer:adam team:vision', [1, 5, 7]],
    ['failed', [4]],
    ['nothing is called this', []],
  ]) {
    await find.fill(query);
    await expect.poll(() => listed(page)).toEqual(indices.map(id).toReversed());
  }
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await expect.poll(() => listed(page)).toEqual(newestFirst);

  await page.getByTestId('only-failed').click();
  await page.getByTestId('only-interrupted').click();
  await expect.poll(() => listed(page)).toEqual([id(9), id(4)]);
  await page.getByTestId('only-failed').click();
  await page.getByTestId('only-interrupted').click();

  const head = (name) => page.getByRole('columnheader', { name, exact: true });
  await head('Run').getByRole('button').click();
  await expect(head('Run')).toHaveAttribute('aria-sort', 'ascending');
  await expect.poll(() => listed(page)).toEqual([...NAMES.keys()].sort((a, b) => NAMES[a].localeCompare(NAMES[b])).map(id));
  const byValue = [...NAMES.keys()].sort((a, b) => valueOf(b, 3, SHORT - 1) - valueOf(a, 3, SHORT - 1)).map(id);
  await head('test/accuracy').getByRole('button').click();
  await expect.poll(() => listed(page)).toEqual(byValue);
  await head('test/accuracy').getByRole('button').click();
  await expect.poll(() => listed(page)).toEqual(byValue.toReversed());
});

test('the newest five runs are chosen until the reader chooses others', async ({ dashboard }) => {
  const page = await dashboard();
  await expect.poll(() => ticked(page)).toEqual(newestFirst.slice(0, 5));
  await row(page, id(9)).getByRole('checkbox').uncheck();
  await row(page, id(0)).getByRole('checkbox').check();
  await expect.poll(() => ticked(page)).toEqual([8, 7, 6, 5, 0].map(id));
  const everything = page.getByLabel('Show all listed runs');
  await everything.check();
  await expect.poll(() => ticked(page)).toEqual(newestFirst);
  await everything.uncheck();
  await expect.poll(() => ticked(page)).toEqual([]);
  await expect(page.getByText('Tick runs in the table')).toBeVisible();
});

test('a run is renamed here, and there', async ({ dashboard }) => {
  const page = await dashboard(`experiment=sweep&run=${id(3)}`);
  const other = await dashboard();
  await page.getByTestId('rename').click();
  await expect(page.getByTestId('rename-field')).toHaveValue(NAMES[3]);
  await page.getByTestId('rename-field').fill('<i>a better name</i>');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('run-detail').getByRole('heading', { level: 2 })).toHaveText('<i>a better name</i>');
  for (const each of [page, other]) await expect(row(each, id(3))).toContainText('<i>a better name</i>');
  await other.reload();
  await expect(row(other, id(3))).toContainText('<i>a better name</i>');
});

test('tags are added, changed and removed here, seen there, and kept while the run goes on', async ({ dashboard, open }) => {
  const other = await open();
  const live = await other.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('sweep', { run_name: 'still going', tags: { team: 'vision' } });
    run.log_metric('train/loss', 1);
    await run.flush();
    return run.run_id();
  });
  const page = await dashboard(`experiment=sweep&run=${live}`);
  const watching = await dashboard();
  const detail = page.getByTestId('run-detail');
  const tag = (key) => detail.locator(`[data-testid="tag"][data-key="${key}"]`);
  await tag('team').click();
  await expect(page.getByTestId('tag-value')).toHaveValue('vision');
  await page.getByTestId('tag-value').fill('not this');
  await page.keyboard.press('Escape');
  await expect(tag('team')).toHaveText('vision');
  await expect(tag('team')).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByTestId('tag-value').fill('<b>speech</b>');
  await page.keyboard.press('Enter');
  await expect(tag('team')).toHaveText('<b>speech</b>');

  await page.getByTestId('tag-add').click();
  await page.getByTestId('tag-key').fill('verdict');
  await page.getByTestId('tag-value').fill('keep');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(tag('verdict')).toHaveText('keep');
  await expect(page.getByTestId('tag-add')).toBeFocused();
  for (const each of [page, watching]) {
    await expect(row(each, live)).toContainText('team: <b>speech</b>');
    await expect(row(each, live)).toContainText('verdict: keep');
  }
  await page.getByTestId('tag-add').click();
  await page.getByTestId('tag-key').fill('mistake');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await tag('mistake').click();
  await page.getByRole('button', { name: 'Remove the tag mistake' }).click();
  await expect(tag('mistake')).toHaveCount(0);
  await expect(page.getByTestId('tag-add')).toBeFocused();
  for (const each of [page, watching]) await expect(row(each, live)).not.toContainText('mistake');
  await page.getByTestId('find-runs').fill('verdict:keep');
  await expect.poll(() => listed(page)).toEqual([live]);

  // The code that logs to it was not disturbed, and takes nothing of it back.
  await other.evaluate(async () => {
    run.log_metric('train/loss', 0.5);
    run.set_tag('done', 'yes');
    await run.finish();
  });
  await page.reload();
  await expect(row(page, live)).toHaveAttribute('data-status', 'Success');
  for (const text of ['team: <b>speech</b>', 'verdict: keep', 'done: yes']) await expect(row(page, live)).toContainText(text);
  await expect(row(page, live)).not.toContainText('mistake');
});

test('a run that was left says when it was last heard of, and can be closed', async ({ dashboard }) => {
  const page = await dashboard(`experiment=sweep&run=${id(9)}`);
  await expect(page.getByTestId('run-detail')).toContainText(/last heard of (just now|\d+ s ago)/);
  await page.getByTestId('close-run').click();
  await expect(row(page, id(9))).toHaveAttribute('data-status', 'Cancelled');
  await expect(page.getByTestId('run-detail')).not.toContainText('last heard');
  await page.reload();
  await expect(row(page, id(9))).toHaveAttribute('data-status', 'Cancelled');
});

test('a deleted run can be brought back; the next deletion makes the one before it final', async ({ dashboard, context }) => {
  await deleteLater(context);
  const page = await dashboard(`experiment=sweep&run=${id(3)}&runs=${id(3)},${id(5)}`);
  await page.getByTestId('delete-run').click();
  await expect(row(page, id(3))).toHaveCount(0);
  await expect(page.getByTestId('run-detail')).toHaveCount(0);
  await page.getByTestId('undo').click();
  await expect(row(page, id(3))).toBeVisible();
  await expect(page.getByTestId('run-detail')).toHaveAttribute('data-run-id', id(3));

  await page.getByTestId('delete-run').click();
  await row(page, id(7)).getByRole('button', { name: NAMES[7] }).click();
  await expect(page.getByTestId('run-detail')).toHaveAttribute('data-run-id', id(7));
  await page.getByTestId('delete-run').click();
  await expect.poll(() => new URL(page.url()).searchParams.get('runs')).toBe(id(5));
  await page.getByTestId('undo').click();
  await page.reload();
  await expect.poll(() => listed(page)).toEqual(newestFirst.filter((each) => each !== id(3)));
});

test('several runs, and a whole experiment, are deleted at once', async ({ dashboard, context }) => {
  await deleteLater(context);
  const page = await dashboard(`experiment=sweep&runs=${id(1)},${id(2)}`);
  await page.getByTestId('delete-selected').click();
  await expect.poll(() => listed(page)).toEqual(newestFirst.filter((each) => each !== id(1) && each !== id(2)));
  await page.getByTestId('delete-experiment').click();
  await expect(page.getByTestId('experiment')).toHaveText([/before/]);
  await page.getByTestId('undo').click();
  await expect(page.getByTestId('experiment')).toHaveText([/before/, /sweep/]);
  await page.reload();
  await expect.poll(() => listed(page)).toHaveLength(8);
});

test('a run that another tab deletes goes, and that is said', async ({ dashboard, open }) => {
  const page = await dashboard(`experiment=sweep&run=${id(3)}&runs=${id(3)},${id(5)}`);
  await expect(page.getByTestId('run-detail')).toHaveAttribute('data-run-id', id(3));
  const other = await open();
  await other.evaluate(async (runId) => (await entrenar.WasmStorage.open()).delete_run(runId), id(3));
  await expect(row(page, id(3))).toHaveCount(0);
  await expect(page.getByTestId('run-detail')).toHaveCount(0);
  await expect(page.getByRole('status').filter({ hasText: `“${NAMES[3]}” was deleted in another tab` })).toBeVisible();
  await expect(page.getByTestId('missing')).toHaveCount(0);
  await expect.poll(() => ticked(page)).toEqual([id(5)]);
});

test("a run's detail shows its settings, tags, span, artifacts and statistics", async ({ dashboard }) => {
  const page = await dashboard();
  await row(page, id(1)).getByRole('button', { name: NAMES[1] }).click();
  const detail = page.getByTestId('run-detail');
  await expect(detail).toHaveAttribute('data-run-id', id(1));
  for (const text of ['lr', '0.003', 'optimizer', 'adam', '[64,32]', 'team', 'vision', '4bf92f3577b34da6', 'Success']) {
    await expect(detail).toContainText(text);
  }
  const download = page.waitForEvent('download');
  await detail.getByTestId('artifact').click();
  expect(await readFile(await (await download).path(), 'utf8')).toBe('what was learned');

  const values = Array.from({ length: SHORT }, (_, step) => valueOf(1, 2, step));
  const shown = (value) => String(Number(value.toPrecision(4)));
  const mean = values.reduce((sum, value) => sum + value, 0) / SHORT;
  const statistics = detail.locator('tr[data-metric="test/loss"] td');
  await expect(statistics).toHaveText([
    String(SHORT), shown(values.at(-1)), shown(Math.min(...values)), shown(Math.max(...values)), shown(mean), /falling|stable/,
  ]);
  await detail.getByRole('button', { name: `Show all ${METRICS.length} metrics` }).click();
  await expect(detail.locator('tr[data-metric]')).toHaveCount(METRICS.length);
  await page.goBack();
  await expect(detail).toHaveCount(0);
});

test('the runs that are listed are saved as CSV, with settings, tags and last values in full', async ({ dashboard }) => {
  const page = await dashboard();
  await page.getByTestId('find-runs').fill('optimizer:adam team:vision');
  await expect.poll(() => listed(page)).toEqual([7, 5, 1].map(id));
  const download = page.waitForEvent('download');
  await page.getByTestId('runs-csv').click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('sweep.csv');
  const [names, ...rows] = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n').map((line) => line.split(','));
  const column = (name) => rows.map((fields) => fields[names.indexOf(name)]);
  expect(column('run_id')).toEqual([7, 5, 1].map(id));
  expect(column('params.optimizer')).toEqual(['adam', 'adam', 'adam']);
  expect(column('tags.team')).toEqual(['vision', 'vision', 'vision']);
  expect(column('metrics.test/loss')).toEqual([7, 5, 1].map((index) => String(valueOf(index, METRICS.indexOf('test/loss'), SHORT - 1))));
});
