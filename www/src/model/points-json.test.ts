import fc from 'fast-check';
import { expect, test } from 'vitest';
import { curveOf } from './curve-of';
import { jsonPieces } from './points-json';

test('every point in the range comes back from the JSON with its exact value', () => {
  const name = 'a, "b"\n\u2028';
  fc.assert(
    fc.property(fc.array(fc.array(fc.double(), { maxLength: 60 }), { maxLength: 3 }), fc.nat(60), fc.nat(60), (all, a, b) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)];
      const curves = all.map((values, index) => ({ run_id: `run-${index}`, name, curve: curveOf(values) }));
      const read = JSON.parse([...jsonPieces(curves, 'loss "x"', 'step', { min, max })].join(''));
      const points = (values: number[]) => values.map((value, i) => [i, value]).filter(([i]) => i! >= min && i! <= max);
      // What JSON has no number for is text.
      const back = read.runs.map((run: { points: [number, number | string][] }) => ({
        ...run,
        points: run.points.map(([x, value]) => [x, Number(value)]),
      }));
      expect({ ...read, runs: back }).toEqual({
        metric: 'loss "x"',
        x: 'step',
        runs: all.map((values, index) => ({ run_id: `run-${index}`, run: name, points: points(values) })),
      });
    }),
  );
});

test('a number that JSON has not is text', () => {
  const curves = [{ run_id: 'run-0', name: 'odd', curve: curveOf([NaN, Infinity, -Infinity, -0]) }];
  const text = [...jsonPieces(curves, 'loss', 'step', { min: 0, max: 9 })].join('');
  expect(text).toContain('[[0,"NaN"],[1,"Infinity"],[2,"-Infinity"],[3,-0]]');
});
