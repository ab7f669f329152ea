import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GAP_PX, LEAST_CHARTS_PX, LEAST_TABLE_PX, movedSplit, shownSplit } from './split';

test('any split leaves room for the table and for the charts', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 100, noNaN: true }), fc.integer({ min: 960, max: 2560 }), (split, width) => {
      const table = (shownSplit(split, width) / 100) * width;
      expect(table).toBeGreaterThanOrEqual(LEAST_TABLE_PX - 0.01);
      expect(width - table - GAP_PX).toBeGreaterThanOrEqual(LEAST_CHARTS_PX - 0.01);
    }),
  );
});

test('arrows move the handle the way they point, Home and End to the limits', () => {
  expect(movedSplit('ArrowRight', 30, 1400, false)).toBe(32);
  expect(movedSplit('ArrowRight', 30, 1400, true)).toBe(28);
  expect(movedSplit('Home', 30, 1400, false)).toBe(18);
  expect(movedSplit('End', 30, 1400, false)).toBe(66);
  expect(movedSplit('a', 30, 1400, false)).toBeUndefined();
});
