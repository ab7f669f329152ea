// What a page's own handlers log while it leaves is kept in Firefox too. Pages are opened beside another one of their site: Firefox ends
// the scripts of a process with its last tab, in the middle of a handler.
import { expect, isGone, startRun, test } from '../fixtures/firefox.js';
import { addHandler, EVENTS, outcome } from '../fixtures/own-handlers.js';
import { WAYS_TO_LEAVE } from '../fixtures/ways-to-leave.js';

const COUNT = 1_000;

for (const [way, leave] of Object.entries(WAYS_TO_LEAVE)) {
  test(`points that the page logs in its own handlers survive ${way}, and so does the end of its run`, async ({ firefox, site }) => {
    const reader = await firefox.open(site.blank);
    for (const event of EVENTS) {
      for (const ends of [false, true]) {
        const tab = await firefox.openFrom(reader, site.blank);
        const runId = await startRun(firefox, tab);
        await firefox.evaluate(tab, addHandler, { event, ends, count: COUNT });
        await firefox.evaluate(
          tab,
          (leave, elsewhere) => void setTimeout(() => (0, eval)(leave)(elsewhere)),
          String(leave),
          site.elsewhere,
        );
        await expect.poll(() => isGone(firefox, tab)).toBe(true);
        const { logged } = await firefox.evaluate(reader, outcome, runId);
        // It does not come to a page that is kept for going back.
        if (event !== 'unload') expect(logged, event).toBe(COUNT);
        const state = ends && logged > 0 ? { status: 'Success', interrupted: false } : { status: 'Running', interrupted: true };
        await expect
          .poll(() => firefox.evaluate(reader, outcome, runId), event)
          .toEqual({ logged, stored: logged, wrong: 0, ...state });
        if (way !== 'closing the tab') await firefox.close(tab);
      }
    }
  });
}
