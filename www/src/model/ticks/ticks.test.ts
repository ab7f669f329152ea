import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { divisible } from '../scale';
import { axisTicks, type Quantity } from '.';
import { exactLabel } from './decimal';

/** What a label says, as a number. */
function numberIn(label: string): number {
  const [, digits = '', unit = ''] = /^(.*?)([kM]?)$/.exec(label.replaceAll('−', '-')) ?? [];
  const power = { k: 3, M: 6 }[unit];
  return Number(power ? `${digits}e${power}` : digits);
}

function durationIn(label: string): number {
  if (label === '0') return 0;
  const sign = label.startsWith('−') ? -1 : 1;
  const units: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
  let sum = 0;
  for (const [, count, unit] of label.matchAll(/([\d.e+]+) (\w+)/g)) sum += Number(count) * units[unit!]!;
  return sign * sum;
}

const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1000, max: 1000, noNaN: true }),
  fc.integer({ min: 0, max: 2 ** 53 - 1 }),
  fc.constantFrom(0, 1, 1e16, 1.7e18, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 53 - 1),
);

/** Two values: anything, or some steps apart that doubles can just tell apart. */
const range = fc.oneof(
  fc.tuple(double, double),
  fc
    .tuple(double, fc.integer({ min: 0, max: 4 }))
    .map(([value, ulps]) => [value, value + ulps * Math.abs(value) * Number.EPSILON] as const),
  fc
    .tuple(double, fc.double({ min: 1e-15, max: 10, noNaN: true }))
    .map(([value, share]) => [value, value + Math.abs(value) * share] as const),
);

/** From some moment of these decades on, for milliseconds to centuries. */
const span = fc
  .tuple(fc.integer({ min: 6e11, max: 2.2e12 }), fc.double({ min: 0.5, max: 12.5, noNaN: true }))
  .map(([from, power]) => [from, from + 10 ** power] as const);

const LEAST_MS = 4;

describe('an axis of any range', () => {
  for (const [quantity, log] of [
    ['value', false],
    ['value', true],
    ['step', false],
    ['step', true],
    ['relative', false],
    ['relative', true],
    ['wall', false],
  ] as [Quantity, boolean][]) {
    test(`of ${quantity}${log ? ', logarithmic' : ''} has 2 to 12 ticks, in order, with labels that differ and are exact`, () => {
      const time = quantity === 'relative' || quantity === 'wall';
      fc.assert(
        fc.property(time ? fc.oneof(range, span, span) : range, fc.integer({ min: 40, max: 4000 }), ([a, b], pixels) => {
          const most = time ? 8e15 : Number.MAX_VALUE;
          const bound = (value: number) => Math.max(-most, Math.min(most, value));
          const [low, high] = [bound(Math.min(a, b)), bound(Math.max(a, b))];
          fc.pre(!log || high > 0);
          const bounds = divisible({ min: log ? Math.max(low, high / 1e30, 1e-300) : low, max: high }, log, time ? LEAST_MS : undefined);
          const ticks = axisTicks({ ...bounds, log }, quantity, pixels);
          expect(ticks.length).toBeGreaterThanOrEqual(2);
          expect(ticks.length).toBeLessThanOrEqual(12);
          expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
          for (const [i, { value, label }] of ticks.entries()) {
            expect(value).toBeGreaterThanOrEqual(bounds.min);
            expect(value).toBeLessThanOrEqual(bounds.max);
            if (i > 0) expect(value).toBeGreaterThan(ticks[i - 1]!.value);
            if (quantity === 'value' || quantity === 'step') expect(numberIn(label)).toBe(value);
            if (quantity === 'relative') expect(Math.abs(durationIn(label) - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-12);
          }
        }),
        { numRuns: 3000 },
      );
    });
  }
});

test.each([
  [2.5e-4, '2.5e−4'],
  [0.001, '0.001'],
  [0.5, '0.5'],
  [-1234, '−1234'],
  [20_000, '20k'],
  [2.5e6, '2.5M'],
  [20_231_129, '20.231129M'],
  [1e12, '1e12'],
  [1.7e18 + 256, '1.700000000000000256e18'],
  [0, '0'],
])('%d is labelled %s, or at least exactly', (value, label) => {
  if (label.length < 18) expect(exactLabel(value)).toBe(label);
  expect(numberIn(exactLabel(value))).toBe(value);
});

test('steps are marked at whole numbers as long as there are two', () => {
  const values = axisTicks({ min: 0, max: 4, log: false }, 'step', 1000).map(({ value }) => value);
  expect(values).toEqual([0, 1, 2, 3, 4]);
  expect(axisTicks({ min: 3.2, max: 3.8, log: false }, 'step', 400).length).toBeGreaterThanOrEqual(2);
});

test('wall time over days shows dates, and over hours the time', () => {
  const from = new Date(2026, 10, 24, 22, 30).getTime();
  const over = (hours: number) => axisTicks({ min: from, max: from + hours * 3_600_000, log: false }, 'wall', 600);
  expect(over(1).every(({ label }) => /^\d\d:\d\d$/.test(label))).toBe(true);
  expect(over(24 * 10).every(({ label }) => /\d/.test(label) && !label.includes(':'))).toBe(true);
  expect(over(30).every(({ label }) => /\d\d:\d\d/.test(label) && /\d.*,/.test(label))).toBe(true);
});

test('relative time is marked at whole units', () => {
  const labels = axisTicks({ min: 0, max: 3 * 3_600_000, log: false }, 'relative', 600).map(({ label }) => label);
  expect(labels).toEqual(['0', '30 min', '1 h', '1 h 30 min', '2 h', '2 h 30 min', '3 h']);
});
