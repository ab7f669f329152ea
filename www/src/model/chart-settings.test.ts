import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ChartSettings,
  ownInWords,
  ownRange,
  readChartSettings,
  settingsProblem,
  typedNumber,
  withOwn,
  writeChartSettings,
} from './chart-settings';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

test('the settings of a chart are read as they were written, whatever its metric is called', () => {
  const settings = fc.record(
    { xLog: fc.boolean(), yLog: fc.boolean(), smoothing: fc.constantFrom(0, 0.5, 0.9999), yMin: finite, yMax: finite },
    { requiredKeys: [] },
  );
  const metric = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('x1*y', '*', '__proto__', 's0.5*loss', 'a\nb'));
  fc.assert(
    fc.property(metric, settings, (key, own) => {
      fc.pre(Object.keys(own).length > 0 && !(own.yMin! >= own.yMax!));
      expect(readChartSettings(writeChartSettings(key, own as ChartSettings))).toEqual([key, own]);
    }),
  );
});

test('what deviates is short in an address', () => {
  const own = { yLog: true, smoothing: 0.9, yMin: 0.5, yMax: 1e30 };
  expect(writeChartSettings('loss', own)).toBe('y1s0.9l0.5u1e30*loss');
  expect(new URLSearchParams({ chart: writeChartSettings('loss', own) }).toString()).toBe('chart=y1s0.9l0.5u1e30*loss');
});

test.each(['', '*', '*loss', 'loss', 'q1*loss', 'x2*loss', 's1*loss', 's-1*loss', 's1.2.3*loss', 'l5u4*loss', 'l1e999*loss', 'y1*'])(
  'an address that says %j of a chart says nothing',
  (text) => {
    expect(readChartSettings(text)).toBeUndefined();
  },
);

test('a chart goes by all charts again when nothing of its own is left', () => {
  const one = withOwn(new Map(), 'loss', { yLog: true, yMin: 1 });
  expect(one).toEqual(new Map([['loss', { yLog: true, yMin: 1 }]]));
  const less = withOwn(one, 'loss', { yLog: undefined });
  expect(less).toEqual(new Map([['loss', { yMin: 1 }]]));
  expect(withOwn(less, 'loss', { yMin: undefined }).size).toBe(0);
  expect(one.get('loss')).toEqual({ yLog: true, yMin: 1 });
});

test('numbers are taken as people type them, and what is none is said', () => {
  expect(typedNumber(' −1e-5 ')).toEqual({ value: -1e-5 });
  expect(typedNumber('')).toEqual({ value: undefined });
  for (const text of ['abc', '1,5', '1e999', 'NaN', '--1']) expect(typedNumber(text)).toHaveProperty('problem');
});

test('what cannot be drawn is said in words', () => {
  expect(settingsProblem({ yMin: 2, yMax: 2 }, false)).toMatch(/below/);
  expect(settingsProblem({ yMin: 0 }, true)).toMatch(/above zero/);
  expect(settingsProblem({ yMax: -1 }, true)).toMatch(/above zero/);
  expect(settingsProblem({ smoothing: 1 }, false)).toMatch(/0\.9999/);
  expect(settingsProblem({ yMin: 0, yMax: 1, smoothing: 0.9999 }, false)).toBeUndefined();
  expect(ownInWords({ xLog: false, yLog: true, yMax: 3, smoothing: 0 })).toBe('linear x, log y, y to 3, no smoothing');
});

test('the y axis has the ends that were set, and is an axis whatever they are', () => {
  expect(ownRange({ min: 1, max: 5 }, { yMin: 2 }, false)).toEqual({ min: 2, max: 5 });
  expect(ownRange({ min: 1, max: 5 }, { yMin: -1, yMax: 3 }, true)).toEqual({ min: 1, max: 3 });
  fc.assert(
    fc.property(
      fc.boolean(),
      finite,
      finite,
      fc.option(finite, { nil: undefined }),
      fc.option(finite, { nil: undefined }),
      (log, a, b, yMin, yMax) => {
        fc.pre(a < b && !(yMin! >= yMax!) && (!log || a > 0));
        const { min, max } = ownRange(
          { min: a, max: b },
          { ...(yMin !== undefined && { yMin }), ...(yMax !== undefined && { yMax }) },
          log,
        );
        expect(max).toBeGreaterThan(min);
        expect(Number.isFinite(min) && Number.isFinite(max)).toBe(true);
        if (log) expect(min).toBeGreaterThan(0);
      },
    ),
  );
});
