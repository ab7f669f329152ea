import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveUpdates } from './live-updates';

let page: EventTarget & { hidden: boolean };
/** How long the page takes to paint what an update changed. */
let painting = 0;
let live: LiveUpdates;
let delivered: number[];

beforeEach(() => {
  vi.useFakeTimers();
  page = Object.assign(new EventTarget(), { hidden: false });
  painting = 0;
  delivered = [];
  vi.stubGlobal('document', page);
  let painted = 0;
  const clock = performance;
  vi.stubGlobal('performance', { now: () => clock.now() + painted });
  vi.stubGlobal('requestAnimationFrame', (draw: (now: number) => void) =>
    setTimeout(() => {
      draw(performance.now());
      // While it paints no timer fires.
      painted += painting;
    }, 1),
  );
  live = new LiveUpdates(() => delivered.push(performance.now()));
});
afterEach(() => {
  live.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Changes that come all the time, for so long. */
async function changing(ms: number): Promise<void> {
  const changes = setInterval(() => live.request(), 10);
  await vi.advanceTimersByTimeAsync(ms);
  clearInterval(changes);
}

test('changes that come all the time are handed over five times a second', async () => {
  await changing(2000);
  expect(delivered.length).toBeGreaterThanOrEqual(9);
  expect(delivered.length).toBeLessThanOrEqual(11);
});

test('where painting takes long, most of the time is left to the training', async () => {
  painting = 100;
  const began = performance.now();
  await changing(10_000);
  expect(delivered.length).toBeGreaterThan(8);
  expect(delivered.length * painting).toBeLessThan((performance.now() - began) / 4);
});

test('once painting is fast again, updates are frequent again', async () => {
  painting = 300;
  await changing(10_000);
  painting = 0;
  await changing(10_000);
  delivered = [];
  await changing(2000);
  expect(delivered.length).toBeGreaterThanOrEqual(9);
});

test('a hidden page is handed nothing, and everything at once when it is seen again', async () => {
  page.hidden = true;
  await changing(2000);
  expect(delivered).toEqual([]);
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  await vi.advanceTimersByTimeAsync(10);
  expect(delivered).toHaveLength(1);
});
