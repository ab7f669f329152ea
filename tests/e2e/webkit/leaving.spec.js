// In WebKit too, a page that leaves loses nothing.
import { countIn, expect, isGone, startRun, test } from '../fixtures/webkit.js';
import { WAYS_TO_LEAVE } from '../fixtures/ways-to-leave.js';

const COUNT = 10_000;
const ROUNDS = 10;

// `window.close()` does nothing here: the driver closes the tab, right after the script that logged.
const { 'closing the tab': _, ...WAYS } = WAYS_TO_LEAVE;

for (const [when, before] of [
  ['at once', 0],
  ['while a flush is on its way', COUNT / 2],
]) {
  for (const [way, leave] of [...Object.entries(WAYS), ['closing the tab']]) {
    test(`10 000 points survive ${way} right after they were logged, ${when}`, async ({ webkit, site }) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const tab = await webkit.open(site.blank);
        const runId = await startRun(webkit, tab);
        await webkit.evaluate(tab, (leave, elsewhere, count, before) => {
          const log = (from, to) => {
            for (let index = from; index < to; index += 1) run.log_metric('loss', index / 3);
          };
          log(0, before);
          if (before > 0) void run.flush();
          const rest = () => {
            log(before, count);
            if (leave) (0, eval)(leave)(elsewhere);
          };
          if (leave) setTimeout(rest);
          else rest();
        }, leave && String(leave), site.elsewhere, COUNT, before);
        if (!leave) await webkit.close(tab);
        await expect.poll(() => isGone(webkit, tab)).toBe(true);
        await expect.poll(() => countIn(webkit, site.blank, runId)).toEqual({ stored: COUNT, wrong: 0 });
        if (leave) await webkit.close(tab);
      }
    });
  }

  test(`10 000 points survive closing the last window right after they were logged, ${when}`, async ({ killable }) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const runId = await killable.evaluate(async (count, before) => {
        globalThis.run = await entrenar.WasmRun.new('last window');
        const log = (from, to) => {
          for (let index = from; index < to; index += 1) run.log_metric('loss', index / 3);
        };
        log(0, before);
        if (before > 0) void run.flush();
        log(before, count);
        return run.run_id();
      }, COUNT, before);
      await killable.closeWindow();
      await killable.start();
      expect(await killable.count(runId)).toEqual({ stored: COUNT, wrong: 0 });
    }
  });
}
