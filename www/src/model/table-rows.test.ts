import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Curve } from './curve';
import { curveOf } from './curve-of';
import { pointsIn, tableRows } from './table-rows';

function curveAt(steps: readonly number[]): Curve {
  const step = [...steps].sort((a, b) => a - b);
  return curveOf(
    step.map((each) => each / 2),
    { step },
  );
}

const step = fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 2 ** 53 - 1 }));

test('every point of what is shown is in exactly one row, and rows of steps begin at whole ones', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(step, { minLength: 1, maxLength: 400, size: 'max' }), { minLength: 1, maxLength: 3 }),
      step,
      step,
      fc.boolean(),
      (series, a, b, whole) => {
        const curves = series.map(curveAt);
        const bounds = { min: Math.min(a, b), max: Math.max(a, b) };
        const rows = tableRows(curves, bounds, 200, whole);
        expect(rows.length).toBeLessThanOrEqual(200);
        if (whole) expect(rows.every(({ from }) => Number.isInteger(from))).toBe(true);
        for (const curve of curves) {
          let next = curve.indexAt(bounds.min);
          for (const row of rows) {
            const { from, to } = pointsIn(curve, row, bounds);
            if (to <= from) continue;
            expect(from).toBe(next);
            next = to;
          }
          expect(next).toBe(Math.max(next, curve.indexAt(bounds.max, true)));
        }
      },
    ),
    { numRuns: 500 },
  );
});
