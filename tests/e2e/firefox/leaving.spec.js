// In Firefox too, a page that leaves loses nothing.
import { countIn, expect, isGone, startRun, test } from '../fixtures/firefox.js';
import { WAYS_TO_LEAVE } from '../fixtures/ways-to-leave.js';

const COUNT = 10_000;
const ROUNDS = 5;

for (const [way, leave] of Object.entries(WAYS_TO_LEAVE)) {
  for (const [when, before] of [
    ['at once', 0],
    ['while a flush is on its way', 5_000],
  ]) {
    test(`10 000 points survive ${way} in the task that logged them, ${when}`, async ({ firefox, site }) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const tab = await firefox.open(site.blank);
        const runId = await startRun(firefox, tab);
        await firefox.evaluate(tab, (leave, elsewhere, count, before) => {
          const log = (from, to) => {
            for (let index = from; index < to; index += 1) run.log_metric('loss', index / 3);
          };
          log(0, before);
          if (before > 0) void run.flush();
          setTimeout(() => {
            log(before, count);
            (0, eval)(leave)(elsewhere);
          });
        }, String(leave), site.elsewhere, COUNT, before);
        await expect.poll(() => isGone(firefox, tab)).toBe(true);
        await expect.poll(() => countIn(firefox, site.blank, runId)).toEqual({ stored: COUNT, wrong: 0 });
        if (way !== 'closing the tab') await firefox.close(tab);
      }
    });
  }
}
