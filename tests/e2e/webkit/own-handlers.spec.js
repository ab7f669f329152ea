// What a page's own handlers log while it leaves is kept in WebKit too.
import { addHandler, EVENTS, outcome } from '../fixtures/own-handlers.js';
import { WAYS_TO_LEAVE } from '../fixtures/ways-to-leave.js';
import { expect, isGone, startRun, test } from '../fixtures/webkit.js';

const COUNT = 1_000;

/** These come each time: `unload` not to a page that is kept for going back, and `beforeunload` not when a driver closes the tab. */
const CERTAIN = ['visibilitychange', 'pagehide'];

const { 'closing the tab': _, ...WAYS } = WAYS_TO_LEAVE;

for (const [way, leave] of [...Object.entries(WAYS), ['closing the tab']]) {
  test(`points that the page logs in its own handlers survive ${way}, and so does the end of its run`, async ({ webkit, site }) => {
    for (const event of EVENTS) {
      for (const ends of [false, true]) {
        const tab = await webkit.open(site.blank);
        const runId = await startRun(webkit, tab);
        await webkit.evaluate(tab, addHandler, { event, ends, count: COUNT });
        if (leave) {
          await webkit.evaluate(
            tab,
            (leave, elsewhere) => void setTimeout(() => (0, eval)(leave)(elsewhere)),
            String(leave),
            site.elsewhere,
          );
        } else {
          await webkit.close(tab);
        }
        await expect.poll(() => isGone(webkit, tab)).toBe(true);
        const reader = await webkit.open(site.blank);
        const { logged } = await webkit.evaluate(reader, outcome, runId);
        expect(logged, event).toBe(CERTAIN.includes(event) || logged > 0 ? COUNT : 0);
        const state = ends && logged > 0 ? { status: 'Success', interrupted: false } : { status: 'Running', interrupted: true };
        await expect
          .poll(() => webkit.evaluate(reader, outcome, runId), event)
          .toEqual({ logged, stored: logged, wrong: 0, ...state });
        await webkit.close(reader);
        if (leave) await webkit.close(tab);
      }
    }
  });
}
