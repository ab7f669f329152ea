// A window of a curve in canvas pixels: the lines to stroke, the columns to fill, and the dots to set.
// Where a curve goes up and down within a pixel or two the columns are filled from top to bottom: the same extent as its
// strokes would have, at a fraction of their cost.

import type { CurveWindow } from '../tracker';
import { type Frame, mapX, mapY } from './frame';

/** What is drawn onto: a canvas, or a test that looks at what would be drawn. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  /** Everything between `top` and `bottom` in the pixel column that begins at `x`. */
  column(x: number, top: number, bottom: number): void;
  /** A point that no line reaches. */
  dot(x: number, y: number): void;
}

/** From this height on (in CSS pixels) a column is filled, if it has several points or stands between others that have some. */
const TALL = 5;

export function drawPolyline(pen: Pen, frame: Frame, { column, x: xs, y: ys }: CurveWindow): void {
  const toX = mapX(frame);
  const toY = mapY(frame);
  const x = (at: number) => toX(xs[at]!);
  const y = (at: number) => toY(ys[at]!);
  const finite = (at: number) => isNumber(ys[at]!);
  const line = new ClippedLine(pen, frame);
  const tall = TALL * frame.pixelRatio;
  const { length } = column;
  const end = column[length - 1] === Infinity ? length - 1 : length;

  // Lines that lead in from the left come from the point before, −1 after a gap.
  const start = column[0] === -1 ? 1 : 0;
  let from = start > 0 && finite(0) ? 0 : -1;
  let fromFilled = false;
  let last: number;
  for (let first = start; first < end; first = last + 1) {
    const here = column[first]!;
    let high = Infinity;
    let low = -Infinity;
    last = first - 1;
    while (last + 1 < end && column[last + 1] === here) {
      last++;
      if (!finite(last)) continue;
      high = Math.min(high, y(last));
      low = Math.max(low, y(last));
    }
    if (low < high) {
      // Not one finite value: a gap.
      line.end();
      from = -1;
      continue;
    }
    const left = frame.left + here;
    const next = last + 1;
    const joined = from >= 0 && finite(first);
    const leads = finite(last) && next < length && finite(next);
    const afterColumn = joined && from >= start && column[from] === here - 1;
    const beforeColumn = leads && next < end && column[next] === here + 1;
    if (joined) {
      const into = crossing(x(from), y(from), x(first), y(first), left);
      high = Math.min(high, into);
      low = Math.max(low, into);
    }
    if (leads) {
      const out = crossing(x(last), y(last), x(next), y(next), left + 1);
      high = Math.min(high, out);
      low = Math.max(low, out);
    }
    const dense = last > first || (afterColumn && beforeColumn);
    if (dense && low - high > tall) {
      if (joined && !(fromFilled && afterColumn)) line.segment(x(from), y(from), x(first), y(first));
      line.end();
      pen.column(left, high, low);
      fromFilled = true;
    } else {
      if (joined) line.segment(x(from), y(from), x(first), y(first));
      else line.end();
      for (let at = first; at <= last; at++) if (finite(at)) line.point(x(at), y(at));
      if (!finite(last)) line.end();
      fromFilled = false;
    }
    from = finite(last) ? last : -1;
  }
  if (from >= 0 && end < length && finite(end)) line.segment(x(from), y(from), x(end), y(end));
  line.end();
}

function isNumber(value: number): boolean {
  return value - value === 0;
}

/** Where a line crosses a vertical one, held to its two ends. */
function crossing(x0: number, y0: number, x1: number, y1: number, at: number): number {
  if (x1 <= x0) return y1;
  const share = Math.max(0, Math.min(1, (at - x0) / (x1 - x0)));
  return y0 * (1 - share) + y1 * share;
}

/** Lines are cut off one chart beyond each edge: canvases lose precision with huge coordinates. */
class ClippedLine {
  readonly #pen: Pen;
  readonly #left: number;
  readonly #right: number;
  readonly #top: number;
  readonly #bottom: number;
  /** Where the pen is; NaN when it is up. */
  #x = NaN;
  #y = NaN;
  /** The first vertex since the pen was put down, as long as no line has left it. */
  #alone = false;

  constructor(pen: Pen, { left, top, width, height }: Frame) {
    this.#pen = pen;
    this.#left = left - width;
    this.#right = left + 2 * width;
    this.#top = top - height;
    this.#bottom = top + 2 * height;
  }

  /** A vertex: joined to the one before it, unless `end` came in between. */
  point(x: number, y: number): void {
    if (Number.isNaN(this.#x)) {
      this.#x = x;
      this.#y = y;
      this.#alone = true;
      if (this.#inside(x, y)) this.#pen.moveTo(x, y);
    } else if (x !== this.#x || y !== this.#y) this.segment(this.#x, this.#y, x, y);
  }

  segment(x0: number, y0: number, x1: number, y1: number): void {
    const continues = x0 === this.#x && y0 === this.#y;
    if (this.#inside(x0, y0) && this.#inside(x1, y1)) {
      if (!continues) this.#pen.moveTo(x0, y0);
      this.#pen.lineTo(x1, y1);
    } else this.#clipped(x0, y0, x1, y1);
    this.#x = x1;
    this.#y = y1;
    this.#alone = false;
  }

  /** The next point is joined to none before it. */
  end(): void {
    if (this.#alone && this.#inside(this.#x, this.#y)) this.#pen.dot(this.#x, this.#y);
    this.#x = this.#y = NaN;
    this.#alone = false;
  }

  #inside(x: number, y: number): boolean {
    return x >= this.#left && x <= this.#right && y >= this.#top && y <= this.#bottom;
  }

  /** Liang–Barsky. */
  #clipped(x0: number, y0: number, x1: number, y1: number): void {
    let enter = 0;
    let leave = 1;
    for (const [from, by, low, high] of [
      [x0, x1 - x0, this.#left, this.#right],
      [y0, y1 - y0, this.#top, this.#bottom],
    ] as const) {
      if (by === 0) {
        if (from < low || from > high) return;
        continue;
      }
      const a = (low - from) / by;
      const b = (high - from) / by;
      enter = Math.max(enter, Math.min(a, b));
      leave = Math.min(leave, Math.max(a, b));
    }
    if (enter > leave) return;
    const at = (share: number) => [x0 * (1 - share) + x1 * share, y0 * (1 - share) + y1 * share] as const;
    this.#pen.moveTo(...at(enter));
    this.#pen.lineTo(...at(leave));
  }
}
