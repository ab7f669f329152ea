import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readIds, writeIds } from './id-list';
import { INITIAL_VIEW, readView, type ViewState, writeView } from './view-state';

const through = (view: ViewState) => {
  const parameters = new URLSearchParams();
  writeView(view, parameters);
  return readView(new URLSearchParams(parameters.toString()));
};

test('ids are read as they were written, in their order', () => {
  const id = fc.oneof(
    fc.integer({ min: 0, max: 30 }).map((n) => `run-${n}`),
    fc.constantFrom('run-007', 'x', '1', 'run-1~x', 'a9b'),
  );
  const series = fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 40 }), fc.boolean()).map(([from, count, down]) => {
    const ids = Array.from({ length: count }, (_, i) => `run-${from + i}`);
    return down ? ids.reverse() : ids;
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(series, fc.array(id))), (parts) => {
      expect(readIds(writeIds(parts.flat()))).toEqual(parts.flat());
    }),
  );
});

test('an address stays short with 2000 runs selected', () => {
  const selection = Array.from({ length: 2000 }, (_, i) => `run-${2000 - i}`);
  expect(writeIds(selection)).toBe('run-2000~1');
  expect(through({ ...INITIAL_VIEW, selection }).selection).toEqual(selection);
  expect(through({ ...INITIAL_VIEW, selection: [] }).selection).toEqual([]);
});

test('a view is read as it was written', () => {
  const view = fc.record({
    panel: fc.constantFrom('charts', 'compare'),
    xAxis: fc.constantFrom('step', 'relative', 'wall'),
    yLog: fc.boolean(),
    smoothing: fc.constantFrom(0, 0.5, 0.99, 0.999, 0.9999),
    clip: fc.boolean(),
    query: fc.string(),
    metricQuery: fc.string(),
    follow: fc.boolean(),
    differencesOnly: fc.boolean(),
    wideTable: fc.boolean(),
    charts: fc.constantFrom(
      new Map(),
      new Map([['a/b', { yLog: true }]]),
      new Map([
        ['b*', { yMin: -1, yMax: 2.5 }],
        ['c', { smoothing: 0.9999 }],
      ]),
    ),
    columns: fc.array(fc.string({ minLength: 1 }), { minLength: 1 }),
  });
  fc.assert(
    fc.property(view, (change) => {
      const whole = { ...INITIAL_VIEW, ...change } as ViewState;
      expect(through(whole)).toEqual(whole);
    }),
  );
});

test.each(['NaN', '1', '-1', '1e9', 'x', ''])('a smoothing of %s makes no sense and is none', (smooth) => {
  expect(readView(new URLSearchParams({ smooth })).smoothing).toBe(0);
});
