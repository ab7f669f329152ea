// The back/forward cache of WebKit: a page that comes back is the same page, and saves on.
import { BACK_AT_ONCE, begin, logAndFlush } from '../fixtures/there-and-back.js';
import { expect, test } from '../fixtures/webkit.js';

for (const [what, unsaved] of [
  ['everything saved', 0],
  ['points that were not saved yet', 500],
]) {
  test(`a page that left with ${what} and came back saves on, and a kill loses nothing`, async ({ killable, site }) => {
    const there = site.add('there.html', BACK_AT_ONCE);
    const runId = await killable.evaluate(begin);
    killable.leave((there, unsaved) => {
      setTimeout(() => {
        log(500, 500 + unsaved);
        location.assign(there);
      });
    }, there, unsaved);
    await expect.poll(() => killable.evaluate(() => globalThis.returns)).toEqual([true]);
    const before = 500 + unsaved;
    expect(await killable.evaluate(logAndFlush, before, before + 100)).toBe('stored');
    await killable.evaluate((from) => log(from, from + 100), before + 100);
    await expect.poll(() => killable.evaluate(() => run.pending_points()), { timeout: 5_000 }).toBe(0);
    await killable.kill();
    await killable.start();
    expect(await killable.count(runId)).toEqual({ stored: before + 200, wrong: 0 });
  });
}
