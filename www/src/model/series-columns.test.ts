import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeriesColumns } from './series-columns';

const from = (values: readonly number[], first: number) => ({
  step: Float64Array.from(values.slice(first), (_, i) => first + i),
  value: Float64Array.from(values.slice(first)),
  timestamp: Float64Array.from(values.slice(first), (_, i) => 1000 + first + i),
});

test('columns that were extended with every tail hold what a whole read would have', () => {
  fc.assert(
    fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 400 }), fc.array(fc.nat(400), { maxLength: 6 }), (values, cuts) => {
      const columns = new SeriesColumns();
      const lengths = [...new Set([1, ...cuts.filter((cut) => cut > 0 && cut < values.length), values.length])].sort((a, b) => a - b);
      columns.replace(from(values.slice(0, lengths[0]), 0));
      for (const length of lengths.slice(1)) expect(columns.extend(from(values.slice(0, length), columns.length - 1))).toBe(true);
      expect([...columns.value.subarray(0, columns.length)]).toEqual(values);
      expect(columns.generation).toBe(1);
    }),
  );
});

test('a tail that does not begin with the last known point is not taken', () => {
  const columns = new SeriesColumns();
  columns.replace(from([1, 2, 3], 0));
  expect(columns.extend(from([1, 9, 2, 3], 2))).toBe(false);
  expect(columns.length).toBe(3);
});
