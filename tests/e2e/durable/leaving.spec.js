// A page that leaves loses nothing, however it leaves and whatever it was doing.
import { expect, gone, openIn, openPopup, readSeries, startRun, test, upTo } from '../fixtures/durable.js';
import { WAYS_TO_LEAVE } from '../fixtures/ways-to-leave.js';

const COUNT = 10_000;
const ROUNDS = 3;

for (const [way, leave] of Object.entries(WAYS_TO_LEAVE)) {
  for (const [when, before] of [
    ['at once', 0],
    ['while a flush is on its way', 5_000],
  ]) {
    test(`10 000 points survive ${way} in the task that logged them, ${when}`, async ({ context, site, open }) => {
      const opener = await open();
      for (let round = 0; round < ROUNDS; round += 1) {
        const page = await openPopup(context, opener, site);
        const runId = await startRun(page);
        const left = gone(page, way);
        const leaving = page.evaluate(
          ({ leave, elsewhere, count, before }) => {
            const log = (from, to) => {
              for (let index = from; index < to; index += 1) run.log_metric('loss', index / 3);
            };
            log(0, before);
            if (before > 0) void run.flush();
            setTimeout(() => {
              log(before, count);
              (0, eval)(leave)(elsewhere);
            });
          },
          { leave: String(leave), elsewhere: site.elsewhere, count: COUNT, before },
        );
        await Promise.all([left, leaving]);
        const reader = await openIn(context, site.blank);
        await expect.poll(async () => (await readSeries(reader, runId, 'loss')).steps?.length).toBe(COUNT);
        expect(await readSeries(reader, runId, 'loss')).toEqual({
          steps: upTo(COUNT),
          values: upTo(COUNT).map((index) => index / 3),
        });
        await reader.close();
        await page.close();
      }
    });
  }

  test(`a page whose run is being compacted loses nothing by ${way}`, async ({ context, site, open }) => {
    const rows = 40;
    const opener = await open();
    const page = await openPopup(context, opener, site);
    const runId = await startRun(page);
    const left = gone(page, way);
    await page.evaluate(
      async ({ leave, elsewhere, rows }) => {
        const log = (row) => {
          for (let point = 0; point < 50; point += 1) run.log_metric('loss', (row * 50 + point) / 3);
        };
        for (let row = 0; row < rows; row += 1) {
          log(row);
          await run.flush();
        }
        // The first chunk that is put: the transaction that compacts is on its way when the page goes.
        const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (value, key) {
          if (this.name === 'points' && key[1] !== '') {
            IDBObjectStore.prototype.put = put;
            queueMicrotask(() => {
              log(rows);
              (0, eval)(leave)(elsewhere);
            });
          }
          return put.call(this, value, key);
        };
      },
      { leave: String(leave), elsewhere: site.elsewhere, rows },
    );
    await left;
    const reader = await openIn(context, site.blank);
    const count = (rows + 1) * 50;
    await expect.poll(async () => (await readSeries(reader, runId, 'loss')).steps?.length).toBe(count);
    expect(await readSeries(reader, runId, 'loss')).toEqual({
      steps: upTo(count),
      values: upTo(count).map((index) => index / 3),
    });
  });

  test(`a page that logs and flushes without pause loses nothing by ${way}`, async ({ context, site, open }) => {
    // There is always a transaction on its way when the page goes; whether the last one gets through is a matter of
    // moments, so that one try says little.
    const opener = await open();
    for (let round = 0; round < ROUNDS; round += 1) {
      const page = await openPopup(context, opener, site);
      const runId = await startRun(page);
      const left = gone(page, way);
      const leaving = page.evaluate(([leave, elsewhere]) => {
        let logged = 0;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          for (let point = 0; point < 50; point += 1) run.log_metric('loss', logged++ / 3);
          localStorage.setItem('logged', String(logged));
          run.flush().catch(() => {});
          port2.postMessage('again');
        };
        port2.postMessage('go');
        setTimeout((0, eval)(leave), 50, elsewhere);
      }, [String(leave), site.elsewhere]);
      await Promise.all([left, leaving]);
      const reader = await openIn(context, site.blank);
      const counts = async () => ({
        logged: await reader.evaluate(() => Number(localStorage.getItem('logged'))),
        stored: (await readSeries(reader, runId, 'loss')).steps?.length,
      });
      // The page's last words may take as long as its last points.
      await expect.poll(async () => {
        const { logged, stored } = await counts();
        return stored - logged;
      }).toBe(0);
      const { logged } = await counts();
      expect(logged).toBeGreaterThan(0);
      expect((await readSeries(reader, runId, 'loss')).values).toEqual(upTo(logged).map((index) => index / 3));
      await reader.close();
      await page.close();
    }
  });
}

test('what was logged before the tab was hidden is kept, though the tab never ran again', async ({ context, site, open }) => {
  const page = await open();
  const runId = await startRun(page);
  await page.evaluate((count) => {
    for (let index = 0; index < count; index += 1) run.log_metric('loss', index / 3);
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    setTimeout(() => {
      for (;;);
    });
  }, COUNT);
  const reader = await openIn(context, site.blank);
  await expect.poll(async () => (await readSeries(reader, runId, 'loss')).steps?.length).toBe(COUNT);
  expect((await readSeries(reader, runId, 'loss')).values).toEqual(upTo(COUNT).map((index) => index / 3));
});
