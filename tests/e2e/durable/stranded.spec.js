// Nothing logged is ever stranded: whatever is pending, a flush is due that writes it.
import { commitElsewhere, expect, openIn, readSeries, startRun, test } from '../fixtures/durable.js';

/** A run that has rested, and one point of it flushed explicitly. */
async function flushed(page) {
  await startRun(page, 'stranded');
  await page.evaluate(async () => {
    globalThis.sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    await sleep(400);
    run.log_metric('a', 0);
    await run.flush();
  });
}

/** Flushes are due after a tenth of a second. They are given a second, and on a busy machine ten times as long as a transaction takes there. */
async function withinASecond(page, isDone) {
  for (let look = 0; look < 10; look += 1) {
    if (await isDone()) return true;
    await Promise.all([page.waitForTimeout(100), commitElsewhere(page)]);
  }
  return isDone();
}

/** Resolves when nothing of the run waits. */
async function isSaved(page) {
  const pending = () => page.evaluate(() => run.pending_points());
  await withinASecond(page, async () => (await pending()) === 0);
  expect(await pending()).toBe(0);
}

// What may come between an explicit flush and what is logged next.
const BETWEEN = {
  nothing: () => {},
  'another flush': () => run.flush(),
  "another run's finish": async () => (await entrenar.WasmRun.new('other')).finish(),
  'closing a storage': async () => (await entrenar.WasmStorage.open()).close(),
  'a tag': () => run.set_tag('a', 'b'),
  'a new name': async () => (await entrenar.WasmStorage.open()).rename_run(run.run_id(), 'named'),
  'a look away and back': () => {
    for (const state of ['hidden', 'visible']) {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }
  },
};

for (const [what, between] of Object.entries(BETWEEN)) {
  test(`points logged after an explicit flush and ${what} are saved within a second`, async ({ open }) => {
    const page = await open();
    await flushed(page);
    for (let round = 0; round < 3; round += 1) {
      await page.evaluate(async (between) => {
        await (0, eval)(between)();
        run.log_metric('a', 1);
      }, String(between));
      await isSaved(page);
    }
  });
}

test('tags and artifacts set after an explicit flush are saved within a second', async ({ context, site, open }) => {
  const page = await open();
  await flushed(page);
  const id = await page.evaluate(() => {
    run.set_tag('late', 'tag');
    run.log_artifact('late', new Uint8Array([1, 2, 3]));
    return run.run_id();
  });
  const reader = await openIn(context, site.blank);
  const stored = () =>
    reader.evaluate(async (id) => {
      const storage = await entrenar.WasmStorage.open();
      const { tags, artifacts } = storage.run(id);
      await storage.close();
      return [tags.late, artifacts.late?.size];
    }, id);
  await withinASecond(page, async () => (await stored())[1] === 3);
  expect(await stored()).toEqual(['tag', 3]);
});

// Wall time is for timestamps alone.
const CLOCKS = {
  'an hour back': () => {
    const { now } = Date;
    Date.now = () => now() - 3_600_000;
  },
  'a second back, again and again': () => {
    const { now } = Date;
    let back = 0;
    Date.now = () => now() - (back += 1_000);
  },
  frozen: () => {
    const now = Date.now();
    Date.now = () => now;
  },
  coarse: () => {
    const { now } = Date;
    Date.now = () => Math.floor(now() / 100) * 100;
  },
  'no number': () => {
    Date.now = () => NaN;
  },
};

for (const [what, clock] of Object.entries(CLOCKS)) {
  test(`a wall clock that is ${what} strands nothing`, async ({ open }) => {
    const page = await open();
    await flushed(page);
    await page.evaluate((clock) => (0, eval)(clock)(), String(clock));
    let most = 0;
    for (let round = 0; round < 30; round += 1) {
      const pending = await page.evaluate(async () => {
        let most = 0;
        for (let index = 0; index < 10; index += 1) {
          run.log_metric('a', index);
          await sleep(5);
          most = Math.max(most, run.pending_points());
        }
        return most;
      });
      most = Math.max(most, pending);
      // Logging goes no faster than the disk does.
      await commitElsewhere(page);
    }
    // A quarter of a second of logging, on a busy machine.
    expect(most).toBeLessThan(150);
    await isSaved(page);
    const times = await page.evaluate(() => JSON.parse(run.get_metrics_json()).a.map(({ timestamp }) => timestamp));
    expect(times.every((time) => Number.isFinite(Date.parse(time)))).toBe(true);
  });
}

test('timers that a test set-up replaces after loading strand nothing', async ({ open }) => {
  const page = await open();
  await flushed(page);
  await page.evaluate(() => {
    globalThis.setTimeout = () => 0;
    globalThis.setInterval = () => 0;
    run.log_metric('a', 1);
  });
  await isSaved(page);
});

for (const [where, prepare] of [
  ['', () => {}],
  [' where there is no crypto', () => Object.defineProperty(globalThis, 'crypto', { value: undefined })],
]) {
  test(`a run begun by two tabs with one seed has one owner${where}`, async ({ context, site, open }) => {
    await context.addInitScript(prepare);
    const seeded = async () => {
      const page = await open();
      await page.evaluate(() => {
        let seed = 42;
        Math.random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
      });
      return page;
    };
    const [one, other] = [await seeded(), await seeded()];
    const id = await startRun(one, 'seeded');
    await one.evaluate(async () => {
      run.log_metric('a', 1);
      await run.flush();
    });
    await other.evaluate(async (id) => {
      globalThis.run = await entrenar.WasmRun.resume(id);
      run.log_metric('a', 2);
      await run.flush();
    }, id);
    const code = await one.evaluate(async () => {
      try {
        run.log_metric('a', 3);
        await run.flush();
        return 'written';
      } catch (error) {
        return error.code;
      }
    });
    expect(code).toBe('RunTakenOver');
    const reader = await openIn(context, site.blank);
    expect((await readSeries(reader, id, 'a')).values).toEqual([1, 2]);
  });
}

test('a tab that lost its run reads it as its new owner writes it', async ({ open }) => {
  const [loser, winner] = [await open(), await open()];
  const id = await startRun(loser, 'lost');
  await loser.evaluate(async () => {
    run.log_metric('a', 1);
    await run.flush();
    globalThis.storage = await entrenar.WasmStorage.open();
  });
  await winner.evaluate(async (id) => {
    const run = await entrenar.WasmRun.resume(id);
    for (let index = 2; index <= 5; index += 1) run.log_metric('a', index);
    await run.finish();
  }, id);
  const seen = () =>
    loser.evaluate(async (id) => {
      const { status, metrics } = storage.run(id);
      const { value } = await storage.get_metrics(id, 'a');
      return [status, metrics[0].count, [...value]];
    }, id);
  await expect.poll(seen).toEqual(['Success', 5, [1, 2, 3, 4, 5]]);
});

/** Defines in the page: a request to open a database that the browser refuses with an error of its own. */
function defineRefusal() {
  globalThis.refusedRequest = () => {
    const request = new EventTarget();
    Object.setPrototypeOf(request, IDBOpenDBRequest.prototype);
    Object.defineProperties(request, {
      error: { value: new DOMException('Internal error.', 'UnknownError') },
      onerror: { set: (call) => setTimeout(() => call.call(request, { target: request, preventDefault() {} })) },
      onsuccess: { set() {} }, onblocked: { set() {} }, onupgradeneeded: { set() {} },
    });
    return request;
  };
}

test('IndexedDB that is away for a second is waited for', async ({ open }) => {
  const page = await open();
  await page.evaluate(defineRefusal);
  await page.evaluate(() => {
    const { open } = IDBFactory.prototype;
    const until = performance.now() + 1_500;
    IDBFactory.prototype.open = function (name, ...rest) {
      return performance.now() > until ? open.call(this, name, ...rest) : refusedRequest();
    };
  });
  expect(await page.evaluate(async () => (await entrenar.WasmRun.new('patient')).is_persistent())).toBe(true);
});

test('IndexedDB that stays away is an error that says what to do, and a later call works', async ({ open }) => {
  // It is waited for most of a minute.
  test.setTimeout(150_000);
  const page = await open();
  await page.evaluate(defineRefusal);
  const refused = await page.evaluate(async () => {
    globalThis.realOpen = IDBFactory.prototype.open;
    IDBFactory.prototype.open = refusedRequest;
    const outcome = (promise) => promise.then(() => 'done', ({ code, message }) => [code, message.includes("storage: 'memory'")]);
    const refused = await Promise.all([
      outcome(entrenar.WasmRun.new('away')),
      outcome(entrenar.WasmRun.resume('run-0')),
      outcome(entrenar.WasmStorage.open()),
    ]);
    IDBFactory.prototype.open = realOpen;
    return refused;
  });
  expect(refused).toEqual(Array(3).fill(['ConnectionLost', true]));
  expect(await page.evaluate(async () => (await entrenar.WasmRun.new('back')).is_persistent())).toBe(true);
});

test('a run whose last handle is freed is flushed, shown as interrupted, and can be resumed', async ({ open }) => {
  const page = await open();
  const id = await startRun(page, 'freed');
  await page.evaluate(async () => {
    globalThis.storage = await entrenar.WasmStorage.open();
    run.log_metric('a', 1);
    run.free();
  });
  await expect.poll(() => page.evaluate((id) => [storage.run(id).interrupted, storage.run(id).unsaved_points], id)).toEqual([true, 0]);
  const values = await page.evaluate(async (id) => {
    const run = await entrenar.WasmRun.resume(id);
    run.log_metric('a', 2);
    await run.flush();
    return [[...run.get_metrics('a').value], storage.run(id).interrupted, storage.run(id).status];
  }, id);
  expect(values).toEqual([[1, 2], false, 'Running']);
});

test('databases that are closed are given back, and are not opened again', async ({ open }) => {
  const page = await open();
  const grown = await page.evaluate(async () => {
    const memory = () => entrenar.memory?.() ?? 0;
    const use = async (name) => {
      const run = await entrenar.WasmRun.new('closed', { database: name });
      run.log_metric('a', 1);
      await run.finish();
      run.free();
      const storage = await entrenar.WasmStorage.open({ database: name });
      await storage.close();
      storage.free();
    };
    for (let index = 0; index < 10; index += 1) await use(`warm-${index}`);
    const opened = [];
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (name, ...rest) {
      opened.push(name);
      return open.call(this, name, ...rest);
    };
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const state of ['hidden', 'visible']) {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { opened, memory: memory() };
  });
  expect(grown.opened).toEqual([]);
});
