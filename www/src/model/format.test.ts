import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactValue, formatAgo, formatDateTime, formatStep, formatValue, formatValues } from './format';

test.each([
  [0.123456, '0.1235'],
  [1234.5678, '1234.57'],
  [20231129, '20,231,129'],
  [2 ** 53 - 1, '9,007,199,254,740,991'],
  [0.00012345, '1.23e−4'],
  [-1.5e-9, '−1.50e−9'],
  [NaN, 'NaN'],
  [-Infinity, '−∞'],
])('%d is read as %s', (value, text) => expect(formatValue(value)).toBe(text));

test('values side by side have as many digits as tell them apart, and no more', () => {
  expect(formatValues([0.91234, 0.91232, 0.5])).toEqual(['0.91234', '0.91232', '0.5']);
  expect(formatValues([0.91234, undefined, 0.91234])).toEqual(['0.9123', '–', '0.9123']);
  expect(formatValues([1, 1.0000000000000002])).toEqual(['1', '1.0000000000000002']);
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.double(),
          fc.tuple(fc.double({ noNaN: true }), fc.nat(3)).map(([x, n]) => x + n * Math.abs(x) * Number.EPSILON),
        ),
      ),
      (values) => {
        const texts = formatValues(values);
        for (const [i, a] of values.entries())
          for (const [j, b] of values.entries())
            if (texts[i] === texts[j]) expect(a === b || (Number.isNaN(a) && Number.isNaN(b))).toBe(true);
      },
    ),
  );
});

test('what is copied is read back as the same number', () => {
  fc.assert(fc.property(fc.double(), (value) => Number(exactValue(value)) === value || Number.isNaN(value)));
});

test('steps are whole', () => {
  expect(formatStep(2 ** 53 - 1)).toBe('9,007,199,254,740,991');
  expect(formatStep(1234.4)).toBe('1,234');
});

test('a time that no calendar has is said in words, and shows no run as broken', () => {
  for (const wild of [1.7e18, -8.64e15 - 1, NaN]) {
    expect(formatDateTime(wild)).toBe('no date');
    expect(formatAgo(wild, 0)).toBe('no date');
  }
  expect(formatDateTime(8.64e15)).toContain('275760');
});
