import { expect, test } from 'vitest';
import { INTERVAL_MS } from '../model/backup-plan';
import type { Storage } from '../tracker';
import type { BackupMemory, Remembered } from './backup-memory';
import { BackupWorker, type Surroundings } from './backup-work';

const DAY = 86_400_000;

/** A page with a folder to choose, a clock, and a storage that backs up, or fails with what `fails` says. */
function page(over: Partial<Surroundings> = {}, remembered: Remembered = {}) {
  const seen = {
    backups: 0,
    restored: [] as unknown[],
    saved: [] as string[],
    time: 100 * DAY,
    permission: 'granted',
    fails: undefined as unknown,
  };
  const directory = {
    kind: 'directory',
    name: 'Backups',
    queryPermission: async () => seen.permission,
    requestPermission: async () => {
      seen.permission = 'granted';
      return seen.permission;
    },
  } as unknown as FileSystemDirectoryHandle;
  const storage = {
    back_up: async () => {
      if (seen.fails) throw seen.fails;
      seen.backups += 1;
      return { runs: 1, points: 1, files: 1, saved_ms: seen.time };
    },
    restore: async (_: unknown, options: { deleted: boolean; on_loss: (what: string) => void }) => {
      seen.restored.push(options.deleted);
      if (seen.fails) throw seen.fails;
      if (!options.deleted) options.on_loss('2 runs were deleted on purpose before the backup, and left out');
      return ['run-0', 'run-1'];
    },
    export_database: async () => new Blob(['{}'], { type: 'application/jsonl' }),
  } as unknown as Storage;
  const memory = {
    read: async () => remembered,
    change: async (change: Remembered) => {
      remembered = { ...remembered, ...change };
      return remembered;
    },
  } as unknown as BackupMemory;
  const worker = new BackupWorker({
    storage,
    memory,
    browser: 'chromium',
    pick: async () => directory as never,
    alone: (work) => work(),
    save: (_, name) => seen.saved.push(name),
    now: () => seen.time,
    span: () => ({ oldest_ms: 1, newest_ms: seen.time }),
    show: () => {},
    ...over,
  });
  return { worker, seen, directory, remembered: () => remembered };
}

const failing = (code: string) => Object.assign(new Error('what the package says'), { code });

test('a folder that is chosen is backed up into at once, and at intervals from then on', async () => {
  const { worker, seen, remembered } = page();
  await worker.look();
  expect(worker.state).toMatchObject({ way: 'folder', remind: true });
  await worker.handle('choose');
  expect(seen.backups).toBe(1);
  expect(worker.state).toMatchObject({ folder: 'Backups', allowed: true, last_ms: seen.time, remind: false });
  expect(remembered()).toMatchObject({ backed_up_ms: seen.time });
  await worker.look();
  expect(seen.backups).toBe(1);
  seen.time += INTERVAL_MS;
  await worker.look();
  expect(seen.backups).toBe(2);
});

test('of several tabs one backs up: what another has done by then is not done again', async () => {
  const first = page();
  await first.worker.handle('choose');
  const stored = first.remembered();
  let release = () => {};
  const waiting = new Promise<void>((resolve) => {
    release = resolve;
  });
  const late: Remembered = { ...stored, tried_ms: 0 };
  const second = page({ alone: async (work) => waiting.then(work) }, late);
  const looking = second.worker.look();
  // Meanwhile the other tab has done it.
  late.tried_ms = second.seen.time;
  release();
  await looking;
  expect(second.seen.backups).toBe(0);
  // And where another tab holds the lock, nothing is begun.
  const third = page({ alone: async () => {} }, { ...stored, tried_ms: 0 });
  await third.worker.look();
  expect(third.seen.backups).toBe(0);
});

test('a permission that is asked anew is granted by one click, and backed up after it', async () => {
  const { worker, seen } = page();
  await worker.handle('choose');
  seen.permission = 'prompt';
  seen.time += INTERVAL_MS;
  await worker.look();
  expect(seen.backups).toBe(1);
  expect(worker.state.allowed).toBe(false);
  await worker.handle('grant');
  expect(worker.state.allowed).toBe(true);
  expect(seen.backups).toBe(2);
});

test('a backup that fails is said with its code until one goes through, and tried again', async () => {
  const { worker, seen } = page();
  seen.fails = failing('FolderNotFound');
  await worker.handle('choose');
  expect(worker.state.problem).toEqual({ code: 'FolderNotFound', message: 'what the package says' });
  expect(worker.state.last_ms).toBeUndefined();
  seen.fails = undefined;
  seen.time += INTERVAL_MS;
  await worker.look();
  expect(worker.state.problem).toBeUndefined();
  expect(worker.state.last_ms).toBe(seen.time);
});

test('a restore says how many runs came, and what was left out', async () => {
  const { worker, seen } = page();
  await worker.handle('restore');
  expect(worker.state).toMatchObject({
    said: 'Restored 2 runs.',
    losses: ['2 runs were deleted on purpose before the backup, and left out'],
  });
  await worker.handle('restore-deleted');
  expect(worker.state.losses).toEqual([]);
  expect(seen.restored).toEqual([false, true]);
  seen.fails = failing('InvalidFile');
  await worker.handle('restore');
  expect(worker.state.said).toBe('what the package says');
});

test('a person who chooses no folder after all is left alone', async () => {
  const { worker, seen } = page({ pick: () => Promise.reject(new DOMException('', 'AbortError')) });
  await worker.handle('choose');
  await worker.handle('restore');
  expect(worker.state).toMatchObject({ way: 'folder', losses: [] });
  expect([seen.backups, seen.restored]).toEqual([0, []]);
});

test('where a page cannot write into folders, a file is saved, and the page reminds of it a week later', async () => {
  const { worker, seen } = page({ pick: undefined, browser: 'firefox' });
  expect(worker.state).toMatchObject({ way: 'file', remind: true });
  await worker.handle('save-file');
  expect(seen.saved[0]).toMatch(/^entrenar \d{4}-\d\d-\d\d\.jsonl$/);
  expect(worker.state).toMatchObject({ remind: false, last_ms: seen.time });
  seen.time += 8 * DAY;
  expect(worker.state.remind).toBe(true);
  await worker.handle('dismiss');
  expect(worker.state.remind).toBe(false);
});

test('no more backups means none, and no reminder either', async () => {
  const { worker, seen } = page();
  await worker.handle('choose');
  await worker.handle('forget');
  seen.time += 10 * INTERVAL_MS;
  await worker.look();
  expect(seen.backups).toBe(1);
  expect(worker.state.folder).toBeUndefined();
  expect(worker.state.remind).toBe(false);
});
