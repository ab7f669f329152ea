// The promises about data: what was logged is there after the page, the tab or the whole browser is gone.
import { MortalBrowser } from './fixtures/browser.js';
import { expect, loaded, openIn, readSeries, test } from './fixtures/test.js';

const COUNT = 10_000;
const expected = {
  steps: Array.from({ length: COUNT }, (_, index) => index),
  values: Array.from({ length: COUNT }, (_, index) => index / 3),
};

/** Starts a run in `page` and keeps it there as `globalThis.run`; returns its id. */
function startRun(page, name = 'persistence') {
  return page.evaluate(async (name) => {
    globalThis.run = await entrenar.WasmRun.new(name);
    return run.run_id();
  }, name);
}

/** What a page of `context` reads of the run's loss, once it has all the points. */
async function expectAllStored(context, site, runId) {
  const reader = await openIn(context, site.blank);
  await expect.poll(async () => (await readSeries(reader, runId, 'loss')).steps?.length).toBe(COUNT);
  expect(await readSeries(reader, runId, 'loss')).toEqual(expected);
}

/** Logs all points and leaves in the very same task: nothing gets a chance to run in between but what leaving itself runs. */
const WAYS_TO_LEAVE = {
  'a reload': () => location.reload(),
  'a navigation on the same site': () => location.assign('/blank.html?again'),
  'a navigation to another site': (elsewhere) => location.assign(elsewhere),
  'closing the tab': () => window.close(),
};

for (const [way, leave] of Object.entries(WAYS_TO_LEAVE)) {
  for (const [when, before] of [
    ['at once', 0],
    ['while a flush is on its way', 5_000],
  ]) {
    test(`10 000 points survive ${way} in the task that logged them, ${when}`, async ({ context, site, open }) => {
      const opener = await open();
      // A page may close itself only if a script opened it.
      const popup = context.waitForEvent('page');
      await opener.evaluate((address) => void window.open(address), site.blank);
      const page = await popup;
      await loaded(page);
      const runId = await startRun(page);

      const left = way === 'closing the tab' ? page.waitForEvent('close') : page.waitForEvent('load');
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
      await expectAllStored(context, site, runId);
    });
  }
}

for (const [way, leave] of [
  ['a reload', () => location.reload()],
  ['a navigation on the same site', () => location.assign('/blank.html?again')],
]) {
  test(`a page that logs and flushes without pause loses nothing by ${way}`, async ({ context, site, open }) => {
    // There is always a transaction on its way when the page goes; whether the last one gets through is a matter of
    // moments, so that one try says little.
    for (let round = 0; round < 8; round += 1) {
      const page = await open();
      const runId = await startRun(page);
      const left = page.waitForEvent('load');
      await page.evaluate((leave) => {
        let logged = 0;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          for (let point = 0; point < 50; point += 1) run.log_metric('loss', logged++ / 3);
          localStorage.setItem('logged', String(logged));
          run.flush().catch(() => {});
          port2.postMessage('again');
        };
        port2.postMessage('go');
        setTimeout((0, eval)(leave), 50);
      }, String(leave));
      await left;
      const reader = await openIn(context, site.blank);
      const logged = await reader.evaluate(() => Number(localStorage.getItem('logged')));
      await expect.poll(async () => (await readSeries(reader, runId, 'loss')).steps?.length, { timeout: 5_000 }).toBe(logged);
      expect((await readSeries(reader, runId, 'loss')).values).toEqual(Array.from({ length: logged }, (_, index) => index / 3));
      await page.close();
      await reader.close();
    }
  });
}

test.describe('a browser that is killed', () => {
  let browser;
  test.beforeEach(async () => {
    browser = await MortalBrowser.create();
  });
  test.afterEach(async () => {
    await browser.remove();
  });

  test('keeps what flush() confirmed', async ({ site }) => {
    const page = await openIn(await browser.start(), site.blank);
    const runId = await startRun(page);
    const pending = await page.evaluate(async (count) => {
      for (let index = 0; index < count; index += 1) run.log_metric('loss', index / 3);
      await run.flush();
      return run.pending_points();
    }, COUNT);
    expect(pending).toBe(0);
    await browser.kill();
    await expectAllStored(await browser.start(), site, runId);
  });

  for (const [method, status] of [
    ['finish', 'Success'],
    ['fail', 'Failed'],
    ['cancel', 'Cancelled'],
  ]) {
    test(`keeps the status and the points that ${method}() confirmed`, async ({ site }) => {
      const page = await openIn(await browser.start(), site.blank);
      const runId = await startRun(page);
      await page.evaluate(async ([method, count]) => {
        for (let index = 0; index < count; index += 1) run.log_metric('loss', index / 3);
        await run[method]();
      }, [method, COUNT]);
      await browser.kill();

      const context = await browser.start();
      await expectAllStored(context, site, runId);
      const reader = await openIn(context, site.blank);
      const record = await reader.evaluate(async (runId) => (await entrenar.WasmStorage.open()).run(runId), runId);
      expect(record).toMatchObject({ run_id: runId, experiment_id: 'exp-0', status });
    });
  }

  test('keeps what was logged before the tab was hidden, though the tab never ran again', async ({ site }) => {
    const context = await browser.start();
    const page = await openIn(context, site.blank);
    const runId = await startRun(page);
    await page.evaluate((count) => {
      for (let index = 0; index < count; index += 1) run.log_metric('loss', index / 3);
      Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
      setTimeout(() => {
        for (;;);
      });
    }, COUNT);
    await expectAllStored(context, site, runId);
  });

  test('keeps all but the last flush interval of a run that nobody flushed', async ({ site }) => {
    const page = await openIn(await browser.start(), site.blank);
    const runId = await startRun(page);
    // One point a millisecond or so; the page says how far it is, so that the test knows what was logged long enough ago.
    await page.evaluate(() => {
      globalThis.logged = 0;
      setInterval(() => run.log_metric('loss', logged++ / 3), 1);
    });
    await page.waitForFunction(() => logged > 500);
    const old = await page.evaluate(() => new Promise((resolve) => {
      const { logged } = globalThis;
      setTimeout(() => resolve(logged), 250);
    }));
    await browser.kill();

    const reader = await openIn(await browser.start(), site.blank);
    const { steps, values } = await readSeries(reader, runId, 'loss');
    expect(steps.length).toBeGreaterThanOrEqual(old);
    expect(steps).toEqual(steps.map((_, index) => index));
    expect(values).toEqual(steps.map((step) => step / 3));
  });
});

test('a run goes on after a reload where it stopped', async ({ context, site, open }) => {
  const page = await open();
  const runId = await startRun(page);
  await page.evaluate(() => {
    for (const value of [3, 2, 1]) run.log_metric('loss', value);
    run.log_metric_at('rate', 40, 0.1);
    location.reload();
  });
  await page.waitForEvent('load');
  await loaded(page);
  const resumed = await page.evaluate(async (runId) => {
    globalThis.run = await entrenar.WasmRun.resume(runId);
    const before = [run.run_id(), run.experiment_id(), run.status(), run.current_step('loss'), run.current_step('rate')];
    run.log_metric('loss', 0.5);
    run.log_metric('rate', 0.2);
    await run.finish();
    return { before, metrics: JSON.parse(run.get_metrics_json()) };
  }, runId);
  expect(resumed.before).toEqual([runId, 'exp-0', 'Running', 3, 41]);
  const points = (series) => series.map(({ step, value }) => [step, value]);
  expect(points(resumed.metrics.loss)).toEqual([[0, 3], [1, 2], [2, 1], [3, 0.5]]);
  expect(points(resumed.metrics.rate)).toEqual([[40, 0.1], [41, 0.2]]);

  const reader = await openIn(context, site.blank);
  expect(await readSeries(reader, runId, 'loss')).toEqual({ steps: [0, 1, 2, 3], values: [3, 2, 1, 0.5] });
});

test('special values are stored exactly and are null in JSON', async ({ open }) => {
  const page = await open();
  const values = [NaN, Infinity, -Infinity, -0, Number.MIN_VALUE, Number.MAX_VALUE, 0.1];
  const runId = await startRun(page);
  const json = await page.evaluate(async (values) => {
    values.forEach((value) => run.log_metric('loss', value));
    await run.flush();
    return run.get_metrics_json();
  }, values);
  // JSON has one zero: adding 0 makes -0 the other one.
  expect(JSON.parse(json).loss.map(({ value }) => (value === null ? null : value + 0))).toEqual([null, null, null, 0, Number.MIN_VALUE, Number.MAX_VALUE, 0.1]);
  expect((await readSeries(await open(), runId, 'loss')).values).toEqual(values);
});

test('points come back by step, equal steps as they were logged', async ({ open }) => {
  const page = await open();
  const runId = await startRun(page);
  await page.evaluate(async () => {
    for (const [step, value] of [[7, 1], [3, 2], [7, 3], [0, 4], [2 ** 53 - 1, 5], [3, 6]]) run.log_metric_at('loss', step, value);
    await run.flush();
  });
  const { steps, values } = await readSeries(await open(), runId, 'loss');
  expect(steps).toEqual([0, 3, 3, 7, 7, 2 ** 53 - 1]);
  expect(values).toEqual([4, 2, 6, 1, 3, 5]);
});

test('artifacts survive a reload', async ({ open }) => {
  const page = await open();
  const runId = await startRun(page);
  const hash = await page.evaluate(async () => {
    const hash = run.log_artifact('model', new TextEncoder().encode('abc'));
    await run.flush();
    return hash;
  });
  expect(hash).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  await page.reload();
  await loaded(page);
  const text = await page.evaluate(async (runId) => {
    const run = await entrenar.WasmRun.resume(runId);
    return new TextDecoder().decode(await run.get_artifact('model'));
  }, runId);
  expect(text).toBe('abc');
});
