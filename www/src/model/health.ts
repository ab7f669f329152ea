// What a browser does with data, said as it is: the facts, and the advice.

import type { StorageEstimate } from '../tracker';
import type { BrowserKind } from './browser-kind';
import { formatBytes } from './format';

export interface HealthInput {
  browser: BrowserKind;
  /** Added to the home screen or the Dock, or installed as an app. */
  installed: boolean;
  /** False where runs live in memory. */
  persistent: boolean;
  estimate?: Pick<StorageEstimate, 'usage' | 'quota' | 'persisted'>;
}

export interface Health {
  facts: readonly string[];
  advice: readonly string[];
}

/** From so much of the room on it is nearly full. */
const NEARLY_FULL = 0.8;

const NAMES: Record<BrowserKind, string> = {
  chromium: 'This browser',
  firefox: 'Firefox',
  safari: 'Safari',
  other: 'This browser',
};

export function health({ browser, installed, persistent, estimate }: HealthInput): Health {
  if (!persistent) {
    return {
      facts: ['Runs are in the memory of this page, and gone when it is closed.'],
      advice: ['Allow cookies and site data for this address, or save a file of your runs before you close the page.'],
    };
  }
  const facts = ['Runs are on this device, in this browser, for this address alone. Nothing leaves it that you do not send.'];
  const advice: string[] = [];
  const evictedBySafari = browser === 'safari' && !installed;
  if (evictedBySafari) {
    facts.push('Safari deletes everything that a site keeps once it was not used for seven days of browsing.');
    advice.push('Add this page to the home screen or to the Dock: what an installed page keeps is not deleted so. And keep a backup.');
  }
  if (estimate?.persisted) {
    facts.push(`${NAMES[browser]} has promised not to delete it when the disk runs low. Clearing the site’s data still deletes it.`);
  } else {
    facts.push(`${NAMES[browser]} may delete it, all at once, when the disk runs low.`);
    advice.push(asking(browser));
  }
  if (estimate && estimate.quota > 0 && estimate.usage >= NEARLY_FULL * estimate.quota) {
    facts.push(
      `Of ${formatBytes(estimate.quota)} that this site may use, ${formatBytes(Math.max(0, estimate.quota - estimate.usage))} are left.`,
    );
    advice.push('Delete runs that you do not need, or free disk space.');
  }
  facts.push('A private window forgets everything when it is closed; no page can tell for certain whether it is in one.');
  return { facts, advice };
}

function asking(browser: BrowserKind): string {
  switch (browser) {
    case 'firefox':
      return 'Ask the browser to keep it: Firefox shows a question, and keeps what you allow.';
    case 'safari':
      return 'Ask the browser to keep it: Safari agrees for pages that are installed or used often.';
    default:
      return 'Ask the browser to keep it: it agrees more readily for sites that are visited often, bookmarked or installed.';
  }
}
