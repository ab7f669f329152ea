import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvField, csvRows } from './csv';
import { curveOf } from './curve-of';

test('every point in the range is a row with its exact value', () => {
  fc.assert(
    fc.property(fc.array(fc.double(), { maxLength: 200 }), fc.nat(200), fc.nat(200), (values, a, b) => {
      const curve = curveOf(values);
      const [min, max] = [Math.min(a, b), Math.max(a, b)];
      const [head, ...rows] = [...csvRows([{ run_id: 'run-0', name: 'a, "b"', curve }], 'step', { min, max })]
        .join('')
        .trimEnd()
        .split('\r\n');
      expect(head).toBe('run_id,run,step,value');
      const read = rows.map((row) => row.split(',').slice(-2).map(Number));
      expect(read).toEqual(values.map((value, i) => [i, value === 0 ? 0 : value]).filter(([i]) => i! >= min && i! <= max));
    }),
  );
});

test.each([
  ['plain', 'plain'],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['=SUM(A1)', "'=SUM(A1)"],
  ['-1+SUM(A1)', "'-1+SUM(A1)"],
  ['-0.5', '-0.5'],
  ['-Infinity', '-Infinity'],
])('%s is written as %s', (text, field) => expect(csvField(text)).toBe(field));
