import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Smoothed } from './smoothing';

test('the average is debiased, passes over what is not finite, and does not depend on how the column grew', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 9, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) }, fc.constantFrom(NaN, Infinity)), {
        minLength: 1,
        maxLength: 300,
      }),
      fc.constantFrom(0.1, 0.6, 0.99, 0.9999),
      fc.nat(300),
      (values, weight, cut) => {
        const column = Float64Array.from(values);
        const grown = new Smoothed(weight);
        grown.extend(column, Math.min(cut, values.length));
        grown.extend(column, values.length);
        for (const [i, value] of values.entries()) {
          if (!Number.isFinite(value)) {
            expect(grown.values[i]).toBe(value);
            continue;
          }
          // By the definition: weights fall by a constant factor, and are divided by their sum.
          let sum = 0;
          let mass = 0;
          let share = 1;
          for (let j = i; j >= 0; j--) {
            if (!Number.isFinite(values[j])) continue;
            sum += values[j]! * share;
            mass += share;
            share *= weight;
          }
          expect(Math.abs(grown.values[i]! - sum / mass)).toBeLessThan(1e-4);
        }
      },
    ),
    { numRuns: 200 },
  );
});
