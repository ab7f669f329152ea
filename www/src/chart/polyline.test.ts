// What is drawn of a curve, against the full polyline: its vertical extent in every pixel column, computed independently.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { xBounds, yBounds } from '../model/bounds';
import type { Curve } from '../model/curve';
import { curveOf as curveThrough } from '../model/curve-of';
import type { Bounds } from '../model/scale';
import type { Frame } from './frame';
import { drawPolyline, type Pen } from './polyline';

/** Of every pixel column the least and the greatest y with ink; none where `low > high`. */
class Extents {
  readonly low: Float64Array;
  readonly high: Float64Array;

  constructor(width: number) {
    this.low = new Float64Array(width).fill(Infinity);
    this.high = new Float64Array(width).fill(-Infinity);
  }

  add(column: number, from: number, to: number): void {
    if (column < 0 || column >= this.low.length) return;
    this.low[column] = Math.min(this.low[column]!, from, to);
    this.high[column] = Math.max(this.high[column]!, from, to);
  }

  /** A straight line, cut at the columns' edges; within `slack` of an edge it is in both columns. */
  line(x0: number, y0: number, x1: number, y1: number, slack: number): void {
    if (x1 < x0) [x0, y0, x1, y1] = [x1, y1, x0, y0];
    const first = Math.max(0, Math.floor(x0 - slack));
    const last = Math.min(this.low.length - 1, Math.floor(x1 + slack));
    const at = (x: number) => {
      if (x1 === x0) return y0;
      const share = Math.max(0, Math.min(1, (x - x0) / (x1 - x0)));
      return y0 * (1 - share) + y1 * share;
    };
    for (let column = first; column <= last; column++) {
      if (x1 === x0) this.add(column, y0, y1);
      else this.add(column, at(Math.max(x0, column - slack)), at(Math.min(x1, column + 1 + slack)));
    }
  }
}

interface Axes {
  x: Bounds & { log: boolean };
  y: Bounds & { log: boolean };
}

/** Points in order, and the curve through them that is tested. */
interface Drawn {
  steps: readonly number[];
  values: readonly number[];
  curve: Curve;
}

interface Picture extends Drawn {
  frame: Frame;
}

const place = (value: number, { min, max, log }: Axes['x']) =>
  log ? (Math.log(value) - Math.log(min)) / (Math.log(max) - Math.log(min)) : (value - min) / (max - min);

/** The full polyline: every point in its column, every line between neighbours that are both numbers on these axes. */
function full({ frame, steps, values }: Picture, slack: number): Extents {
  const extents = new Extents(frame.width);
  let before: [number, number] | undefined;
  for (const [i, step] of steps.entries()) {
    const x = place(step, frame.x) * frame.width;
    const y = (1 - place(values[i]!, frame.y)) * frame.height;
    const here: [number, number] | undefined = Number.isFinite(x) && Number.isFinite(y) ? [x, y] : undefined;
    if (here && x >= -slack && x <= frame.width + slack) extents.line(x, y, Math.min(x, frame.width - 0.5), y, slack);
    if (here && before) extents.line(...before, ...here, slack);
    before = here;
  }
  return extents;
}

function drawn({ frame, curve }: Picture, slack: number): { extents: Extents; calls: number } {
  const extents = new Extents(frame.width);
  let at: [number, number] = [NaN, NaN];
  let calls = 0;
  const pen: Pen = {
    moveTo: (x, y) => {
      calls++;
      at = [x - frame.left, y - frame.top];
    },
    lineTo: (x, y) => {
      calls++;
      extents.line(...at, x - frame.left, y - frame.top, slack);
      at = [x - frame.left, y - frame.top];
    },
    column: (x, top, bottom) => {
      calls++;
      extents.add(x - frame.left, top - frame.top, bottom - frame.top);
    },
    dot: (x, y) => {
      calls++;
      const left = x - frame.left;
      extents.line(left, y - frame.top, Math.min(left, frame.width - 0.5), y - frame.top, slack);
    },
  };
  drawPolyline(pen, frame, curve.window(frame.x, frame.width, 0, frame.y.log));
  return { extents, calls };
}

/** One device pixel, and what adding and dividing doubles leaves over. */
const PIXEL = 1 + 1e-9;

/** Every column of `inner`, as far as it lies in the chart, is within `outer`, one device pixel up or down. */
function expectWithin(inner: Extents, outer: Extents, height: number, what: string): void {
  for (let column = 0; column < inner.low.length; column++) {
    const low = Math.max(0, inner.low[column]!);
    const high = Math.min(height, inner.high[column]!);
    if (low > high) continue;
    const inside = outer.low[column]! <= low + PIXEL && outer.high[column]! >= high - PIXEL;
    if (!inside) throw new Error(`${what}: column ${column} has ${low}…${high}, and there ${outer.low[column]}…${outer.high[column]}`);
  }
}

const SLACK = 1e-3;

function check(picture: Picture): void {
  const { height, width } = picture.frame;
  const strictly = drawn(picture, -SLACK);
  expectWithin(full(picture, -SLACK), drawn(picture, SLACK).extents, height, 'of the curve not drawn');
  expectWithin(strictly.extents, full(picture, SLACK), height, 'drawn and not in the curve');
  // However many points there are, a column takes a few strokes.
  expect(strictly.calls).toBeLessThanOrEqual(width * 6 + 6);
}

function curveOf(steps: readonly number[], values: readonly number[]): Drawn {
  const order = steps.map((_, i) => i).sort((a, b) => steps[a]! - steps[b]! || a - b);
  return { steps: order.map((i) => steps[i]!), values: order.map((i) => values[i]!), curve: curveThrough(values, { step: steps }) };
}

function pictureOf(
  drawn: Drawn,
  size: { width: number; height: number; pixelRatio: number },
  logs: [boolean, boolean],
  window?: Bounds,
): Picture {
  const { curve } = drawn;
  const x = { ...(window ?? xBounds([curve], logs[0]) ?? { min: 0.1, max: 1 }), log: logs[0] };
  const y = { ...(yBounds([curve], x, { smoothing: 0, clip: false, log: logs[1] }) ?? { min: 0.1, max: 1 }), log: logs[1] };
  const frame = { left: 53, top: 11, ...size, x, y };
  return { ...drawn, frame };
}

/** Distances between steps: even, bursts, gaps, every step and then every 10 000th, equal steps, steps to 2^53 − 1. */
const distances = fc.oneof(
  fc.array(fc.constant(1), { minLength: 1, maxLength: 2500, size: 'max' }),
  fc.array(fc.constantFrom(0, 1, 1, 1, 2, 3), { minLength: 1, maxLength: 1500, size: 'max' }),
  fc.array(fc.oneof({ weight: 60, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 1000, max: 100_000 }) }), {
    minLength: 1,
    maxLength: 1500,
  }),
  fc
    .tuple(fc.integer({ min: 1, max: 1200 }), fc.integer({ min: 1, max: 60 }))
    .map(([dense, sparse]) => [...new Array<number>(dense).fill(1), ...new Array<number>(sparse).fill(10_000)]),
  fc.array(fc.integer({ min: 0, max: 2 ** 43 }), { minLength: 1, maxLength: 300, size: 'max' }),
);

const level = fc.oneof(fc.double({ min: -5, max: 5, noNaN: true }), fc.constantFrom(0, 0.2, 0.9, 1e-8, 1e6, -3));

const series = fc
  .tuple(
    distances,
    fc.integer({ min: 0, max: 3 }),
    level,
    fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
    fc.infiniteStream(fc.integer({ min: 0, max: 99 })),
    fc.boolean(),
  )
  .map(([gaps, start, base, noise, kind, broken]) => {
    let step = start;
    const steps = gaps.map((gap) => {
      step = Math.min(step + gap, 2 ** 53 - 1);
      return step;
    });
    const values = steps.map((_, i) => {
      const which = kind.next().value as number;
      if (broken && which < 6) return [NaN, Infinity, -Infinity, NaN, 0, -1][which]!;
      if (which === 99) return base + 50;
      return base + (noise.next().value as number) * (which % 3 === 0 ? 1 : 0.01) + Math.sin(i / 40);
    });
    if (broken) {
      values[0] = NaN;
      values[values.length - 1] = Infinity;
    }
    return { steps, values };
  });

const size = fc
  .constantFrom([1, 97, 60], [1, 411, 180], [2, 700, 360], [1.5, 502, 270], [1, 1300, 210])
  .map(([pixelRatio, width, height]) => ({ pixelRatio: pixelRatio!, width: width!, height: height! }));

describe('a curve is drawn as the full polyline would be', () => {
  for (const logs of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as [boolean, boolean][]) {
    const axes = `${logs[0] ? 'logarithmic' : 'linear'} x, ${logs[1] ? 'logarithmic' : 'linear'} y`;
    test(`${axes}: all of it, and any part of it`, () => {
      fc.assert(
        fc.property(
          series,
          size,
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.boolean(),
          ({ steps, values }, size, a, b, between) => {
            const points = curveOf(steps, values);
            const { curve } = points;
            const everything = xBounds([curve], logs[0]);
            if (!everything) return;
            check(pictureOf(points, size, logs));
            const at = (share: number) => everything.min + (everything.max - everything.min) * share;
            let [min, max] = [Math.min(at(a), at(b)), Math.max(at(a), at(b))];
            if (between) {
              // Down to less than the distance of two neighbours.
              const i = Math.min(curve.length - 2, Math.floor(a * (curve.length - 1)));
              if (i < 0) return;
              const [left, right] = [curve.x(i), curve.x(i + 1)];
              [min, max] = [left + (right - left) * 0.3, left + (right - left) * 0.8];
            }
            if (!(max - min > Math.abs(max) * 1e-12) || (logs[0] && min <= 0)) return;
            check(pictureOf(points, size, logs, { min, max }));
          },
        ),
        { numRuns: 400 },
      );
    });
  }

  test('a million points, on a linear and a logarithmic axis, whole and zoomed', () => {
    const steps = Array.from({ length: 1_000_000 }, (_, i) => i);
    const values = steps.map((i) => Math.exp(-i / 3e5) + 0.1 * Math.sin(i * 12.9) + (i === 500_000 ? 9 : 0));
    const curve = curveOf(steps, values);
    const size = { width: 1300, height: 420, pixelRatio: 2 };
    for (const log of [false, true]) {
      check(pictureOf(curve, size, [log, false]));
      check(pictureOf(curve, size, [log, true]));
      check(pictureOf(curve, size, [log, false], { min: 499_000, max: 501_000 }));
      check(pictureOf(curve, size, [log, false], { min: 0.5, max: 40 }));
    }
  });

  test('a spike after dense points became sparse is where it happened', () => {
    const steps = [...Array.from({ length: 300_000 }, (_, i) => i), ...Array.from({ length: 70 }, (_, i) => 300_000 + i * 10_000)];
    const picture = pictureOf(
      curveOf(
        steps,
        steps.map((step) => (step === 500_000 ? 9 : 1)),
      ),
      { width: 800, height: 200, pixelRatio: 1 },
      [false, false],
    );
    check(picture);
    const { extents } = drawn(picture, 0);
    const highest = extents.low.indexOf(Math.min(...extents.low));
    expect(Math.abs(highest - (500_000 / 990_000) * 800)).toBeLessThanOrEqual(1);
    // And there is ink in every column.
    expect(extents.low.every((low, column) => low <= extents.high[column]!)).toBe(true);
  });

  test('a last value that explodes is drawn', () => {
    const values = [...new Array<number>(3000).fill(0.5), 10];
    const picture = pictureOf(
      curveOf(
        values.map((_, i) => i),
        values,
      ),
      { width: 400, height: 200, pixelRatio: 1 },
      [false, false],
    );
    const { extents } = drawn(picture, 0);
    expect(extents.low.at(-1)).toBeLessThan(20);
  });

  test('two levels with a gap of steps between them are not joined by more than the line from one to the other', () => {
    const steps = [...Array.from({ length: 2000 }, (_, i) => i), ...Array.from({ length: 2000 }, (_, i) => 100_000 + i)];
    check(
      pictureOf(
        curveOf(
          steps,
          steps.map((step) => (step < 50_000 ? 0.2 : 0.9)),
        ),
        { width: 600, height: 200, pixelRatio: 1 },
        [false, false],
      ),
    );
  });

  test('a window between two points shows the line that crosses it', () => {
    const steps = [0, 1000, 2000, 3000];
    const curve = curveOf(steps, [1, 2, 4, 8]);
    const picture = pictureOf(curve, { width: 400, height: 200, pixelRatio: 1 }, [false, false], { min: 1200, max: 1800 });
    expect(picture.frame.y.min).toBeLessThan(2.4);
    expect(picture.frame.y.min).toBeGreaterThan(2);
    expect(picture.frame.y.max).toBeGreaterThan(3.6);
    expect(picture.frame.y.max).toBeLessThan(4);
    check(picture);
    const { extents } = drawn(picture, 0);
    expect(extents.low.every((low, column) => low <= extents.high[column]!)).toBe(true);
  });

  test('a window far narrower than the distance of its two neighbours shows the slope between them', () => {
    const size = { width: 97, height: 60, pixelRatio: 1 };
    for (const [steps, values, max] of [
      [[0, 1], [2.364947017250228e-172, 0.024997395914712332], 1.576799674826363e-184],
      [[0, 2 ** 53 - 1], [0, 1e9], 0.5],
    ] as [number[], number[], number][]) {
      check(pictureOf(curveOf(steps, values), size, [false, false], { min: 0, max }));
    }
  });

  test('a value far outside the picture leaves it where the line to it would', () => {
    const curve = curveOf([0, 50, 100], [0.5, 1e300, 0.5]);
    const picture = pictureOf(curve, { width: 400, height: 200, pixelRatio: 1 }, [false, false]);
    check({ ...picture, frame: { ...picture.frame, y: { min: 0, max: 1, log: false } } });
  });
});
