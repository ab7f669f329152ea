import { expect, test } from 'vitest';
import { INTERVAL_MS, isDue, isReminded, type ReminderInput } from './backup-plan';

const DAY = 86_400_000;
const now_ms = 100 * DAY;

test('a backup is due at intervals, at once where there was none, and whatever becomes of the clock', () => {
  expect(isDue(undefined, now_ms)).toBe(true);
  expect(isDue(now_ms - INTERVAL_MS + 1, now_ms)).toBe(false);
  expect(isDue(now_ms - INTERVAL_MS, now_ms)).toBe(true);
  expect(isDue(now_ms + DAY, now_ms)).toBe(true);
});

const file: ReminderInput = {
  way: 'file',
  browser: 'firefox',
  chosen: false,
  oldest_ms: now_ms - 30 * DAY,
  newest_ms: now_ms - DAY,
  now_ms,
};
const reminds = (input: Partial<ReminderInput>) => isReminded({ ...file, ...input });

test('nothing is said before there is something to lose', () => {
  expect(reminds({ oldest_ms: undefined, newest_ms: undefined })).toBe(false);
  expect(reminds({ oldest_ms: now_ms - DAY + 1 })).toBe(false);
  expect(reminds({})).toBe(true);
});

test('a week after the last file the page reminds, in Safari sooner, and only if something is new', () => {
  expect(reminds({ saved_ms: now_ms - 6 * DAY })).toBe(false);
  expect(reminds({ saved_ms: now_ms - 7 * DAY })).toBe(true);
  expect(reminds({ saved_ms: now_ms - 7 * DAY, newest_ms: now_ms - 8 * DAY })).toBe(false);
  expect(reminds({ browser: 'safari', saved_ms: now_ms - 2 * DAY })).toBe(false);
  expect(reminds({ browser: 'safari', saved_ms: now_ms - 3 * DAY })).toBe(true);
});

test('a reminder that is put off comes again after a week', () => {
  expect(reminds({ dismissed_ms: now_ms - DAY })).toBe(false);
  expect(reminds({ dismissed_ms: now_ms - 7 * DAY })).toBe(true);
});

test('the page asks once for a folder', () => {
  expect(reminds({ way: 'folder', browser: 'chromium' })).toBe(true);
  expect(reminds({ way: 'folder', browser: 'chromium', chosen: true })).toBe(false);
  expect(reminds({ way: 'folder', browser: 'chromium', dismissed_ms: now_ms - 90 * DAY })).toBe(false);
});
