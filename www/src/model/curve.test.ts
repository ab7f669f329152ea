import { describe, expect, test } from 'vitest';
import { leftOut, xBounds, yBounds } from './bounds';
import type { Curve } from './curve';
import { curveOf } from './curve-of';
import { type Scale, valueAt } from './scale';

const xsOf = (curve: Curve) => Array.from({ length: curve.length }, (_, i) => curve.x(i));
const valuesOf = (curve: Curve) => [...curve.pages(0, curve.length)].flatMap(({ value }) => [...value]);
const linear = (min: number, max: number): Scale => ({ min, max, log: false });

describe('over time', () => {
  test('points logged out of order are drawn in the order of their times', () => {
    const curve = curveOf([5, 4, 3, 2, 1, 0], { timestamp: [1005, 1004, 1003, 1002, 1001, 1000], xAxis: 'relative' });
    expect(xsOf(curve)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(valuesOf(curve)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('a clock that was set back goes on from where it was, and the curve does not zigzag', () => {
    const curve = curveOf([0, 1, 2, 3, 4, 5], { timestamp: [1000, 1010, 1020, 1005, 1015, 1025], xAxis: 'relative' });
    expect(xsOf(curve)).toEqual([0, 10, 20, 20, 30, 40]);
    expect(valuesOf(curve)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

test('a chart without room asks for nothing, and a curve that was given back has nothing', () => {
  const curve = curveOf([1, 2, 3]);
  expect(curve.window(linear(0, 2), 0, 0, false).count).toBe(0);
  expect(curve.nearest(NaN)).toBeUndefined();
  expect(curve.nearest(1.2)?.value).toBe(2);
  curve.free();
  expect([curve.length, curve.window(linear(0, 2), 100, 0, false).count, curve.nearest(1.2), curve.indexAt(1)]).toEqual([
    0,
    0,
    undefined,
    0,
  ]);
  expect([curve.extent(undefined, 0, false), [...curve.pages(0, 3)].map(({ x }) => x.length), curve.summary().min]).toEqual([
    undefined,
    [0],
    NaN,
  ]);
});

describe('the axes', () => {
  test('a logarithmic x axis of a run that has only step 0 has nothing to show, and says so', () => {
    const curve = curveOf([1]);
    expect(xBounds([curve], true)).toBeUndefined();
    expect(leftOut([curve], true, false)).toMatch(/^The run has no point beyond x = 0/);
  });

  test('a logarithmic y axis says which runs have nothing above zero', () => {
    const [none, some] = [curveOf([0, -1]), curveOf([0, 2])];
    expect(leftOut([none], false, true)).toMatch(/^The run has no value above zero/);
    expect(leftOut([none, some], false, true)).toMatch(/^One of 2 runs has no value above zero/);
    expect(leftOut([some], false, true)).toBeUndefined();
    expect(leftOut([none], false, false)).toBeUndefined();
    expect(yBounds([none], linear(0, 1), { smoothing: 0, clip: false, log: true })).toBeUndefined();
  });

  test('a logarithmic y axis begins at the least value above zero, smoothed or not', () => {
    const curve = curveOf([0, 1e-3, -5, 10]);
    for (const smoothing of [0, 0.5]) {
      const bounds = yBounds([curve], linear(0, 3), { smoothing, clip: false, log: true });
      expect(bounds?.min).toBeLessThan(1e-3);
      expect(bounds?.min).toBeGreaterThan(1e-4);
    }
  });

  test.each([
    [[1, 1.0000000000000002]],
    [[1e16, 1e16 + 2]],
    [[1.7e18, 1.7e18 + 256]],
    [[5e-324, 0]],
    [[-Number.MAX_VALUE, Number.MAX_VALUE]],
    [[0, 0]],
  ])('the values %j give a y axis that doubles can divide', (values) => {
    const bounds = yBounds([curveOf(values)], linear(0, 1), { smoothing: 0, clip: false, log: false })!;
    expect(bounds.min).toBeLessThanOrEqual(Math.min(...values));
    expect(bounds.max).toBeGreaterThanOrEqual(Math.max(...values));
    const inside = Array.from({ length: 11 }, (_, i) => valueAt({ ...bounds, log: false }, i / 10));
    expect(new Set(inside).size).toBe(11);
    expect(inside.every((value, i) => i === 0 || value > inside[i - 1]!)).toBe(true);
  });
});
