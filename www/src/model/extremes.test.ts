import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Extremes } from './extremes';

const value = fc.oneof(
  { weight: 8, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  fc.constantFrom(NaN, Infinity, -Infinity, 0, -0),
);

test('the extremes of any range are those that a plain look at every value finds, however the column grew', () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 2000, size: 'max' }),
      fc.array(fc.nat(2000), { maxLength: 4 }),
      fc.nat(2000),
      fc.nat(2000),
      (values, growth, a, b) => {
        const column = Float64Array.from(values);
        const extremes = new Extremes();
        for (const length of [...growth.filter((each) => each < values.length).sort((x, y) => x - y), values.length])
          extremes.extend(column, length);
        const [from, to] = [Math.min(a, b, values.length), Math.min(Math.max(a, b), values.length)];
        extremes.query(from, to);
        const finite = values.slice(from, to).filter(Number.isFinite);
        if (finite.length === 0) expect([extremes.least, extremes.greatest]).toEqual([-1, -1]);
        else {
          expect(values[extremes.least] === Math.min(...finite)).toBe(true);
          expect(values[extremes.greatest] === Math.max(...finite)).toBe(true);
        }
      },
    ),
    { numRuns: 500 },
  );
});
