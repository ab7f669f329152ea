// The back/forward cache of Firefox: a page that comes back is the same page, and saves on.
import { countIn, expect, test } from '../fixtures/firefox.js';
import { BACK_AT_ONCE, begin, logAndFlush } from '../fixtures/there-and-back.js';

for (const [what, unsaved] of [
  ['everything saved', 0],
  ['points that were not saved yet', 500],
]) {
  test(`a page that left with ${what} and came back saves on, and a kill loses nothing`, async ({ firefox, site }) => {
    const there = site.add('there.html', BACK_AT_ONCE);
    const tab = await firefox.open(site.blank);
    const runId = await firefox.evaluate(tab, begin);
    await firefox.evaluate(tab, (there, unsaved) => {
      setTimeout(() => {
        log(500, 500 + unsaved);
        location.assign(there);
      });
    }, there, unsaved);
    // Between two pages there is nothing to ask.
    await expect.poll(() => firefox.evaluate(tab, () => globalThis.returns).catch(() => undefined)).toEqual([true]);
    const before = 500 + unsaved;
    expect(await firefox.evaluate(tab, logAndFlush, before, before + 100)).toBe('stored');
    await firefox.evaluate(tab, (from) => log(from, from + 100), before + 100);
    await expect.poll(() => firefox.evaluate(tab, () => run.pending_points()), { timeout: 5_000 }).toBe(0);
    await firefox.kill();
    await firefox.start();
    expect(await countIn(firefox, site.blank, runId)).toEqual({ stored: before + 200, wrong: 0 });
  });
}
