// What is said when something is wrong, and that nothing that is shown is taken for more than text.
import { card, expect, id, points, row, SWEEP, test } from './fixtures/dashboard.js';
import { openIn } from './fixtures/test.js';
import { SHORT } from './fixtures/tracked-runs.js';

const openPage = async (context, site) => {
  const page = await context.newPage();
  await page.goto(site.page);
  return page;
};

test('a database of a newer version is explained', async ({ dashboard, open }) => {
  const other = await open();
  await other.evaluate(() => new Promise((resolve, reject) => {
    const request = indexedDB.open('entrenar', 1_000_000);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => resolve(request.result.close());
  }));
  const page = await dashboard('');
  await expect(page.getByTestId('failed')).toHaveAttribute('data-code', 'NewerDatabase');
  await expect(page.getByTestId('failed')).toContainText('written by a newer version');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('failed')).toHaveAttribute('data-code', 'NewerDatabase');
});

for (const [how, block] of [
  ['refused', () => Object.defineProperty(globalThis, 'indexedDB', { get() { throw new DOMException('denied', 'SecurityError'); } })],
  ['missing', () => Object.defineProperty(globalThis, 'indexedDB', { value: undefined })],
]) {
  test(`IndexedDB that is ${how} is explained`, async ({ context, dashboard }) => {
    await context.addInitScript(block);
    const page = await dashboard('');
    await expect(page.getByTestId('memory-only')).toContainText('does not let the page store anything');
    await expect(page.getByTestId('memory-only')).toContainText('Allow cookies and site data');
    await expect(page.getByTestId('empty')).toBeVisible();
  });
}

test('a module that does not load is explained, and tried again on request', async ({ context, dashboard, problems }) => {
  await context.route('**/*.wasm', (route) => route.abort());
  const page = await dashboard('');
  await expect(page.getByTestId('failed')).toContainText('could not be started');
  await context.unroute('**/*.wasm');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('empty')).toBeVisible();
  problems.clear();
});

/** Gives each record of a run in a store these fields. */
const damage = (page, store, runId, fields) =>
  page.evaluate(([store, runId, fields]) => new Promise((resolve, reject) => {
    const opening = indexedDB.open('entrenar');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(store, 'readwrite');
      let damaged = 0;
      transaction.objectStore(store).openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        if ([cursor.key].flat()[0] === runId && (damaged += 1)) cursor.update({ ...cursor.value, ...fields });
        cursor.continue();
      };
      transaction.oncomplete = () => (database.close(), damaged > 0 ? resolve() : reject(new Error('nothing was damaged')));
      transaction.onabort = () => reject(transaction.error);
    };
  }), [store, runId, fields]);

test('a damaged run says so, and the others are as they were', async ({ dashboard, runs, open }) => {
  void runs;
  const other = await open();
  await damage(other, 'points', id(2), { points: new Uint8Array([1, 2, 3]) });
  await other.close();
  const page = await dashboard(`experiment=${SWEEP}&run=${id(2)}&runs=${id(1)},${id(2)}&metric=train/loss`);
  await expect(page.getByTestId('damaged')).toContainText(/points cannot be read: damaged in the database/);
  await expect(card(page, 'train/loss').getByTestId('chart-problem')).toContainText(`quiet otter: ${SHORT} points cannot be read`);
  await points(page, 'train/loss', SHORT);
  await expect(row(page, id(2))).toHaveAttribute('data-status', 'Success');
  await row(page, id(1)).getByRole('button', { name: 'bold heron' }).click();
  await expect(page.getByTestId('run-detail')).toHaveAttribute('data-run-id', id(1));
  await expect(page.getByTestId('damaged')).toHaveCount(0);
});

test('a run whose record is damaged is named, and is not taken for deleted', async ({ dashboard, runs, open }) => {
  void runs;
  const page = await dashboard();
  await expect(row(page, id(2))).toBeVisible();
  const other = await open();
  await damage(other, 'runs', id(2), { status: 'Levitating' });
  // Found out when the page is looked at again.
  const told = page.waitForEvent('console', (message) => message.text().includes(id(2)));
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await told;
  await expect(row(page, id(2))).toBeVisible();
  await page.reload();
  const banner = page.getByTestId('unreadable');
  await expect(banner).toHaveAttribute('data-id', id(2));
  await expect(banner).toContainText(`${id(2)} cannot be read`);
  await expect(row(page, id(2))).toHaveCount(0);
  await expect(row(page, id(1))).toBeVisible();
});

test('a training that cannot be written goes on, says why, and says no more when it is written', async ({ context, site, problems }) => {
  void problems;
  await context.addInitScript(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...given) {
      if (globalThis.full) throw new DOMException('no room', 'QuotaExceededError');
      return put.apply(this, given);
    };
  });
  const page = await openPage(context, site);
  await page.getByTestId('start').click();
  await expect(row(page, 'run-0')).toHaveAttribute('data-status', 'Running');
  await page.evaluate(() => (globalThis.full = true));
  await expect(page.getByTestId('degraded')).toContainText('Not being saved');
  await expect(page.getByTestId('degraded')).toContainText('Nothing is lost while this page stays open');
  await page.getByTestId('health').click();
  await expect(page.getByTestId('unsaved')).toHaveText(/[1-9]\d* points?/);
  await page.evaluate(() => (globalThis.full = false));
  await expect(page.getByTestId('degraded')).toHaveCount(0);
  await expect(page.getByTestId('status')).toHaveAttribute('data-phase', /training|finished/);
});

test('a run that another tab takes over is no longer written here, and that is said', async ({ context, site, open }) => {
  const page = await openPage(context, site);
  await page.getByTestId('start').click();
  await expect(row(page, 'run-0')).toHaveAttribute('data-status', 'Running');
  const other = await open();
  await other.evaluate(async () => (globalThis.run = await entrenar.WasmRun.resume('run-0')));
  const lost = page.getByTestId('run-lost');
  await expect(lost).toHaveAttribute('data-run-id', 'run-0');
  await expect(lost).toHaveAttribute('data-code', 'RunTakenOver');
  await expect(lost).toContainText('lr 0.05, 32 units');
  await lost.getByRole('button', { name: 'Close' }).click();
  await expect(lost).toHaveCount(0);
});

test('names, keys, tags and settings of any content are text', async ({ context, dashboard, site, problems }) => {
  void problems;
  const names = [
    '<img src=x onerror="globalThis.broken = true"><b>bold</b>', '${globalThis.broken = true}', '&lt;script&gt;',
    'شبكة عصبية ‮reversed', '\u{1f680} rocket \u{1f469}\u200d\u{1f52c}', 'x'.repeat(1024), 'no lone \ufffd surrogate', '__proto__', ' ',
  ];
  const page = await openIn(context, site.blank);
  const stored = await page.evaluate(async (names) => {
    const stored = [];
    for (const name of names) {
      const run = await entrenar.WasmRun.new('<i>hostile</i>', { run_name: name, config: { [name]: name }, tags: { [name]: name } });
      run.log_metric(name, 1);
      run.log_artifact(name, new Uint8Array([1]));
      await run.finish();
      const storage = await entrenar.WasmStorage.open();
      const record = storage.run(run.run_id());
      stored.push({ id: run.run_id(), name: record.run_name, key: record.metrics[0].key, tags: record.tags });
    }
    return stored;
  }, names);
  await page.close();
  const shown = await dashboard(`experiment=exp-0&runs=${stored.map(({ id }) => id)}`);
  await expect(shown.getByTestId('experiment')).toContainText('<i>hostile</i>');
  for (const { id, name, key } of stored) {
    const open = row(shown, id).locator('button.open');
    expect(await open.textContent()).toBe(name);
    await open.click();
    await expect(shown.getByTestId('run-detail')).toHaveAttribute('data-run-id', id);
    expect(await shown.getByTestId('run-detail').locator('h2').textContent()).toBe(name);
    expect(await shown.getByTestId('run-detail').locator('tr[data-metric] th').textContent()).toBe(key);
    for (const text of await shown.getByTestId('run-detail').locator('dt, dd').allTextContents()) expect(text.toWellFormed()).toBe(name);
  }
  const titles = await shown.locator('entrenar-metric-chart h4').allTextContents();
  expect(titles.every((title) => stored.some(({ key }) => key === title))).toBe(true);
  await shown.getByTestId('tab-compare').click();
  await expect(shown.getByTestId('compare')).toContainText(names[0]);
  await shown.reload();
  await expect(shown.getByTestId('compare')).toContainText(names[0]);
  expect(await shown.evaluate(() => globalThis.broken)).toBeUndefined();
  expect(await shown.locator('img, b, i').count()).toBe(0);
  // Nothing so long that it pushes the page apart.
  expect(await shown.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});
