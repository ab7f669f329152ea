// Backups into a real folder, that of the origin private file system: whole at every moment, and restored in another profile.
import { elsewhere, prepare } from './fixtures/backups.js';
import { expect, test } from './fixtures/test.js';

async function openFormats({ open, site }) {
  const page = await open(site.formats);
  await prepare(page);
  return page;
}

/** What a restore of the folder gives in a profile that has nothing. */
async function restored(browser, site, files) {
  const page = await elsewhere(browser, site.formats, files);
  const all = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    await storage.restore(await chosen());
    return contents();
  });
  await page.context().close();
  return all;
}

const runFile = (files) => Object.keys(files).find((path) => path.endsWith('.jsonl.gz'));

test('a backup is restored in a fresh profile with everything, and once only', async ({ open, site, browser }) => {
  const page = await openFormats({ open, site });
  const seen = await page.evaluate(async () => {
    await logRuns();
    const storage = await entrenar.WasmStorage.open();
    const progress = [];
    const backup = await storage.back_up(await chosen(), { on_progress: (done, total) => progress.push([done, total]) });
    return { backup, last: progress.at(-1), now: Date.now(), files: await files(), contents: await contents() };
  });
  expect(seen.backup).toMatchObject({ runs: 2, points: 20_006, files: 1 });
  expect(seen.backup.saved_ms).toBeLessThanOrEqual(seen.now);
  expect(seen.last).toEqual([20_006, 20_006]);
  expect(Object.keys(seen.files).map((path) => path.replace(/[0-9a-f]{8,}/g, '…')).toSorted()).toEqual([
    'entrenar-backup-…/000000-….jsonl.gz',
    'entrenar-backup-…/manifest.json',
  ]);
  const other = await elsewhere(browser, site.formats, seen.files);
  const there = await other.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const left = [];
    const on_left = (run) => left.push(run);
    const ids = [await storage.restore(await chosen(), { on_left }), await storage.restore(await chosen(), { on_left })];
    return { ids, left, contents: await contents() };
  });
  expect(there.ids).toEqual([['run-0', 'run-1'], []]);
  expect(there.left).toEqual(['run-0', 'run-1'].map((run_id) => ({ run_id, why: 'whole', points: 0, artifacts: 0 })));
  expect(there.contents).toEqual(seen.contents);
  await other.context().close();
});

test('another backup adds what is new and leaves what is there', async ({ open, site, browser }) => {
  const page = await openFormats({ open, site });
  const seen = await page.evaluate(async () => {
    const run = await logRuns();
    const storage = await entrenar.WasmStorage.open();
    await storage.back_up(await chosen());
    const before = await files();
    run.log_metrics({ loss: 0.25, accuracy: 1 });
    const backup = await storage.back_up(await chosen());
    const nothing = await storage.back_up(await chosen());
    return { backup, nothing, before, files: await files(), contents: await contents() };
  });
  expect(seen.backup).toMatchObject({ runs: 2, points: 2, files: 2 });
  expect(seen.nothing).toMatchObject({ runs: 2, points: 0, files: 2 });
  expect(seen.files[runFile(seen.before)]).toBe(seen.before[runFile(seen.before)]);
  expect(await restored(browser, site, seen.files)).toEqual(seen.contents);
});

test('a page that is closed in the middle of a backup leaves the one before whole', async ({ open, site, browser, context }) => {
  const page = await openFormats({ open, site });
  const before = await page.evaluate(async () => {
    await logRuns();
    const storage = await entrenar.WasmStorage.open();
    await storage.back_up(await chosen());
    const all = await contents();
    const large = await entrenar.WasmRun.new('large', { run_name: 'large' });
    for (let batch = 0; batch < 20; batch += 1) large.log_series('loss', Float64Array.from({ length: 100_000 }, () => Math.random()), batch * 100_000);
    await large.finish();
    return all;
  });
  // Half of it is written, some files of it whole.
  const half = page.waitForEvent('console', (message) => message.text() === 'half');
  await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    let said = false;
    void storage.back_up(await chosen(), {
      on_progress: (done, total) => {
        if (done * 2 < total || said) return;
        said = true;
        console.log('half');
      },
    });
  });
  await half;
  await page.close();
  const again = await context.newPage();
  await again.goto(site.formats);
  await again.waitForFunction(() => 'entrenar' in globalThis);
  await prepare(again);
  const left = await again.evaluate(() => files());
  expect(Object.keys(left).length).toBeGreaterThan(2);
  expect(await restored(browser, site, left)).toEqual(before);
  // The next backup goes on, and sweeps what was left.
  const after = await again.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const { files: count } = await storage.back_up(await chosen());
    return { count, files: Object.keys(await files()).length };
  });
  expect(after.files).toBe(after.count + 1);
});

test('a full disk in the middle of a backup leaves the one before whole, and says what to do', async ({ open, site, browser, context }) => {
  const page = await openFormats({ open, site });
  const before = await page.evaluate(async () => {
    await logRuns();
    const storage = await entrenar.WasmStorage.open();
    await storage.back_up(await chosen());
    const all = await contents();
    const large = await entrenar.WasmRun.new('large', { run_name: 'large' });
    const noise = new Uint8Array(3_000_000);
    for (let at = 0; at < noise.length; at += 60_000) crypto.getRandomValues(noise.subarray(at, at + 60_000));
    large.log_artifact('noise', noise);
    await large.finish();
    return { all, usage: (await navigator.storage.estimate()).usage };
  });
  const devtools = await context.newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: before.usage + 1_000_000 });
  const seen = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    return { error: await failure(storage.back_up(await chosen())), files: await files() };
  });
  expect(seen.error).toMatchObject({ name: 'Error', code: 'QuotaExceeded' });
  expect(seen.error.message).toContain('free space');
  expect(await restored(browser, site, seen.files)).toEqual(before.all);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: site.origin });
  const after = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    await storage.back_up(await chosen());
    return { files: await files(), contents: await contents() };
  });
  expect(await restored(browser, site, after.files)).toEqual(after.contents);
});

test('a permission that is revoked in the middle leaves the backup before whole, and says what to do', async ({ open, site }) => {
  const page = await openFormats({ open, site });
  const seen = await page.evaluate(async () => {
    const run = await logRuns();
    const storage = await entrenar.WasmStorage.open();
    await storage.back_up(await chosen());
    run.log_metric('loss', 1);
    const errors = {};
    // The folder as it is, but for what its browser says from some call on.
    for (const name of ['NotAllowedError', 'NotFoundError']) {
      for (const call of ['getFileHandle', 'createWritable']) {
        const refuse = () => Promise.reject(new DOMException('from the browser', name));
        const before = JSON.stringify(await files());
        const wrap = (handle) => new Proxy(handle, {
          get(target, key) {
            if (key === call) return call === 'getFileHandle' ? (file, options) => (options?.create ? refuse() : target.getFileHandle(file)) : refuse;
            const value = target[key];
            if (typeof value !== 'function') return value;
            if (key === 'getDirectoryHandle' || key === 'getFileHandle') return async (...given) => wrap(await target[key](...given));
            return value.bind(target);
          },
        });
        errors[`${name} ${call}`] = [(await failure(storage.back_up(wrap(await chosen())))).code, JSON.stringify(await files()) === before || call === 'createWritable'];
      }
    }
    const { runs, points } = await storage.back_up(await chosen());
    return { errors, runs, points };
  });
  expect(seen.errors).toEqual({
    'NotAllowedError getFileHandle': ['NotAllowed', true],
    'NotAllowedError createWritable': ['NotAllowed', true],
    'NotFoundError getFileHandle': ['FolderNotFound', true],
    'NotFoundError createWritable': ['FolderNotFound', true],
  });
  expect([seen.runs, seen.points]).toEqual([2, 1]);
});

test('a file that is missing or damaged is named and nothing restored, unless what is whole is asked for', async ({ open, site, browser }) => {
  const page = await openFormats({ open, site });
  const whole = await page.evaluate(async () => {
    await logRuns();
    const storage = await entrenar.WasmStorage.open();
    await storage.back_up(await chosen());
    const third = await entrenar.WasmRun.new('third', { run_name: 'third' });
    third.log_metric('loss', 1);
    await third.finish();
    await storage.back_up(await chosen());
    return files();
  });
  const [path] = Object.keys(whole).filter((name) => name.includes('/000000-'));
  const bytes = Buffer.from(whole[path], 'base64');
  const { [path]: _gone, ...missing } = whole;
  const flipped = Buffer.from(bytes);
  flipped[bytes.length >> 1] ^= 255;
  const cases = {
    missing,
    'cut off': { ...whole, [path]: bytes.subarray(0, bytes.length >> 1).toString('base64') },
    damaged: { ...whole, [path]: flipped.toString('base64') },
  };
  for (const [name, files] of Object.entries(cases)) {
    const other = await elsewhere(browser, site.formats, files);
    const seen = await other.evaluate(async () => {
      const storage = await entrenar.WasmStorage.open();
      const error = await failure(storage.restore(await chosen()));
      const nothing = storage.list_experiments();
      const losses = [];
      const ids = await storage.restore(await chosen(), { skip_damaged: true, on_loss: (what) => losses.push(what) });
      return { error, nothing, ids, losses, names: Object.keys(await contents()) };
    });
    expect(seen.error.code, name).toBe('InvalidFile');
    expect(seen.error.message, name).toContain(path.split('/')[1]);
    expect(seen.error.message, name).toContain('nothing was restored');
    expect(seen.nothing, name).toEqual([]);
    expect([seen.ids.length, seen.names, seen.losses.length], name).toEqual([1, ['third'], 1]);
    await other.context().close();
  }
});

test('a backup that its signal stops leaves the one before, and rejects as other stopped work does', async ({ open, site, browser }) => {
  const page = await openFormats({ open, site });
  const seen = await page.evaluate(async () => {
    const run = await logRuns();
    const storage = await entrenar.WasmStorage.open();
    await storage.back_up(await chosen());
    const before = await contents();
    run.log_series('more', new Float64Array(200_000));
    const stop = new AbortController();
    const stopped = await storage
      .back_up(await chosen(), { signal: stop.signal, on_progress: (done) => done > 50_000 && stop.abort('enough') })
      .catch(({ name, code, cause }) => ({ name, code, cause }));
    const atOnce = await failure(storage.back_up(await chosen(), { signal: AbortSignal.abort() }));
    const restore = await failure(storage.restore(await chosen(), { signal: AbortSignal.abort() }));
    return { before, stopped, codes: [atOnce.code, restore.code], files: await files() };
  });
  expect(seen.stopped).toEqual({ name: 'AbortError', code: 'Aborted', cause: 'enough' });
  expect(seen.codes).toEqual(['Aborted', 'Aborted']);
  expect(await restored(browser, site, seen.files)).toEqual(seen.before);
});

test('tabs take turns, and two databases have folders of their own in one', async ({ open, site, browser }) => {
  const first = await openFormats({ open, site });
  const second = await openFormats({ open, site });
  await first.evaluate(() => logRuns());
  await Promise.all([first, second].map((page) => page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    for (let time = 0; time < 5; time += 1) await storage.back_up(await chosen());
  })));
  const seen = await first.evaluate(async () => {
    const run = await entrenar.WasmRun.new('else', { database: 'other', run_name: 'of the other' });
    run.log_metric('loss', 1);
    await run.finish();
    const other = await entrenar.WasmStorage.open({ database: 'other' });
    await other.back_up(await chosen());
    return { files: await files(), contents: await contents(), others: await contents({ database: 'other' }) };
  });
  expect(new Set(Object.keys(seen.files).map((path) => path.split('/')[0])).size).toBe(2);
  expect(Object.keys(seen.files).length).toBe(4);
  expect(await restored(browser, site, seen.files)).toEqual(seen.contents);
  const elsewherePage = await elsewhere(browser, site.formats, seen.files);
  const named = await elsewherePage.evaluate(async () => {
    const other = await entrenar.WasmStorage.open({ database: 'other' });
    await other.restore(await chosen());
    const third = await entrenar.WasmStorage.open({ database: 'third' });
    return { others: await contents({ database: 'other' }), error: await failure(third.restore(await chosen())) };
  });
  expect(named.others).toEqual(seen.others);
  expect(named.error.code).toBe('InvalidFile');
  expect(named.error.message).toContain("'other'");
  await elsewherePage.context().close();
});

test('what is no folder, and a folder without a backup, are refused', async ({ open, site }) => {
  const page = await openFormats({ open, site });
  const codes = await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    const file = await (await chosen()).getFileHandle('a file', { create: true });
    const refused = [];
    for (const value of [undefined, null, 'C:\\', {}, file, { kind: 'directory' }]) {
      refused.push((await failure(storage.back_up(value))).code, (await failure(storage.restore(value))).code);
    }
    refused.push((await failure(storage.restore(await chosen(), { deleted: 1 }))).code);
    refused.push((await failure(storage.restore(await chosen(), { on_left: 'told' }))).code);
    return { refused, empty: await failure(storage.restore(await chosen())) };
  });
  expect(new Set(codes.refused)).toEqual(new Set(['InvalidArgument']));
  expect(codes.empty.code).toBe('InvalidFile');
  expect(codes.empty.message).toContain('no backup');
});
