// What a page's own handlers log while it leaves is kept, and a run that they finish is finished: they run after the library's.
import { expect, gone, openIn, openPopup, startRun, test } from '../fixtures/durable.js';
import { EVENTS, addHandler, outcome } from '../fixtures/own-handlers.js';
import { WAYS_TO_LEAVE } from '../fixtures/ways-to-leave.js';

const COUNT = 1_000;

for (const [way, leave] of Object.entries(WAYS_TO_LEAVE)) {
  for (const event of EVENTS) {
    test(`points that the page logs in its own ${event} handler survive ${way}, and so does the end of its run`, async ({ context, site, open }) => {
      const opener = await open();
      for (const ends of [false, true]) {
        const page = await openPopup(context, opener, site);
        const runId = await startRun(page);
        await page.evaluate(addHandler, { event, ends, count: COUNT });
        const left = gone(page, way);
        await page.evaluate(
          ([leave, elsewhere]) => void setTimeout(() => (0, eval)(leave)(elsewhere)),
          [String(leave), site.elsewhere],
        );
        await left;
        const reader = await openIn(context, site.blank);
        const state = ends ? { status: 'Success', interrupted: false } : { status: 'Running', interrupted: true };
        await expect.poll(() => reader.evaluate(outcome, runId)).toEqual({ logged: COUNT, stored: COUNT, wrong: 0, ...state });
        await reader.close();
        await page.close();
      }
    });
  }
}
