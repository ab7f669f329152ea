// When a backup is due, and when the page reminds of one.

import type { BrowserKind } from './browser-kind';

/** How often what is new is backed up while the page is open. */
export const INTERVAL_MS = 5 * 60_000;
const DAY_MS = 86_400_000;
/** How long after it was saved, or put off, the page reminds of saving a file. */
const REMINDED_AFTER_MS = 7 * DAY_MS;
/** Safari may delete everything after seven days. */
const REMINDED_IN_SAFARI_MS = 3 * DAY_MS;

/** Into a folder, by itself; or a file that the person saves, where a page cannot write into folders. */
export type BackupWay = 'folder' | 'file';

/** `tried_ms`: when a page last tried. A clock that was set back does not put it off. */
export function isDue(tried_ms: number | undefined, now_ms: number): boolean {
  return tried_ms === undefined || now_ms - tried_ms >= INTERVAL_MS || now_ms < tried_ms;
}

export interface ReminderInput {
  way: BackupWay;
  browser: BrowserKind;
  /** Whether there is a folder. */
  chosen: boolean;
  /** When a file was last saved. */
  saved_ms?: number | undefined;
  /** When the reminder was last put off. */
  dismissed_ms?: number | undefined;
  /** When the oldest run was begun, and when something was last logged. */
  oldest_ms?: number | undefined;
  newest_ms?: number | undefined;
  now_ms: number;
}

/** Whether the page reminds: of choosing a folder once, of saving a file again and again. Never before there is something to lose. */
export function isReminded({ way, browser, chosen, saved_ms, dismissed_ms, oldest_ms, newest_ms, now_ms }: ReminderInput): boolean {
  if (oldest_ms === undefined || newest_ms === undefined || now_ms - oldest_ms < DAY_MS) return false;
  if (way === 'folder') return !chosen && dismissed_ms === undefined;
  const after_ms = browser === 'safari' ? REMINDED_IN_SAFARI_MS : REMINDED_AFTER_MS;
  const isLong = (then_ms: number | undefined) => then_ms === undefined || now_ms - then_ms >= after_ms;
  return isLong(saved_ms) && isLong(dismissed_ms) && (saved_ms === undefined || newest_ms > saved_ms);
}
