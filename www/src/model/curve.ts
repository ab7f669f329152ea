// A series as it is drawn. Its points, their average and their extremes stay in wasm: this asks for what a picture, a table or a
// cursor needs of them, on the chosen x axis.

import type { CurveHandle, CurvePoint, CurveWindow } from '../tracker';
import type { Scale } from './scale';
import type { XAxis } from './x-axis';

/** So many points are read at once, by those who read all of them. */
const PAGE = 1 << 15;

const NO_NUMBERS = new Float64Array(0);
const NO_POINTS = { x: NO_NUMBERS, value: NO_NUMBERS, y: NO_NUMBERS };
const EMPTY: CurveWindow = {
  first: 0,
  count: 0,
  column: NO_NUMBERS,
  x: NO_NUMBERS,
  y: NO_NUMBERS,
  mark_x: NO_NUMBERS,
  mark_value: NO_NUMBERS,
};

export interface Page {
  /** What x is of each. */
  x: Float64Array;
  /** What was logged. */
  value: Float64Array;
  /** What is drawn: the value, or its average. */
  y: Float64Array;
}

interface Nearest {
  x: number;
  smoothing: number;
  point: CurvePoint | undefined;
}

let curves = 0;

export class Curve {
  readonly #number = curves++;
  /** Undefined until the first points have been read, and after they were given back: then there are none. */
  #handle: CurveHandle | undefined;
  #xAxis: XAxis = 'step';
  /** The tooltip, the readout and the dots ask for the same point. Until other points are read it is the same. */
  #nearest: Nearest | undefined;

  constructor(handle?: CurveHandle) {
    this.#handle = handle;
  }

  get length(): number {
    return this.#handle?.length() ?? 0;
  }

  /** Another text for other points; more points after the others are no other ones. */
  get version(): string {
    return `${this.#number}.${this.#handle?.generation() ?? 0}`;
  }

  /** Takes what the points are read by. */
  open(handle: CurveHandle): void {
    this.#handle = handle;
    this.#nearest = undefined;
  }

  get isOpen(): boolean {
    return this.#handle !== undefined;
  }

  /** Reads what was logged since. */
  async read(): Promise<void> {
    try {
      await this.#handle?.refresh();
    } finally {
      this.#nearest = undefined;
    }
  }

  /** Gives the points back. A chart that still draws this curve draws nothing. */
  free(): void {
    this.#handle?.free();
    this.#handle = undefined;
    this.#nearest = undefined;
  }

  /** On which axis it is asked for from now on. */
  show(xAxis: XAxis): void {
    this.#xAxis = xAxis;
    this.#nearest = undefined;
  }

  /** What a picture of `x` needs that is so many pixels wide; nothing where a chart has no room for one. */
  window(x: Scale, width: number, smoothing: number, log_y: boolean): CurveWindow {
    if (!(width >= 1)) return EMPTY;
    return this.#handle?.window({ ...this.#part(x), smoothing, log_y, width }) ?? EMPTY;
  }

  /** The least and the greatest that is drawn in `x`, or at all. */
  extent(x: Scale | undefined, smoothing: number, log_y: boolean): { min: number; max: number } | undefined {
    return this.#handle?.extent({ ...(x ? this.#part(x) : { x_axis: this.#xAxis }), smoothing, log_y });
  }

  /** Some thousand of the values that are drawn in `x`. */
  samples(x: Scale, smoothing: number, log_y: boolean): Float64Array {
    return this.#handle?.samples({ ...this.#part(x), smoothing, log_y }) ?? NO_NUMBERS;
  }

  point(index: number, smoothing = 0): CurvePoint | undefined {
    return index < 0 ? undefined : this.#handle?.point(index, { x_axis: this.#xAxis, smoothing });
  }

  /** The last point. */
  last(smoothing = 0): CurvePoint | undefined {
    return this.point(this.length - 1, smoothing);
  }

  /** The x of a point; NaN where there is none. */
  x(index: number): number {
    return this.point(index)?.x ?? NaN;
  }

  /** The first index whose x is at or after (`strictly`: after) the given one. */
  indexAt(x: number, strictly = false): number {
    return this.#handle?.index_at(x, { x_axis: this.#xAxis, after: strictly }) ?? 0;
  }

  /** The point nearest to x; none to what is no place, as a cursor's is over a chart without room. */
  nearest(x: number, smoothing = 0): CurvePoint | undefined {
    if (Number.isNaN(x)) return undefined;
    const known = this.#nearest;
    if (known?.x === x && known.smoothing === smoothing) return known.point;
    const point = this.#handle?.nearest(x, { x_axis: this.#xAxis, smoothing });
    this.#nearest = { x, smoothing, point };
    return point;
  }

  /** The points from one index up to, not including, another, page by page. */
  *pages(from: number, to: number, smoothing = 0): Generator<Page> {
    for (let first = from; first < to; first += PAGE) yield this.#page(first, Math.min(to, first + PAGE), smoothing);
  }

  /** The latest values, in the order of steps. */
  latest(count: number): Float64Array {
    const { length } = this;
    return this.#handle?.points(Math.max(0, length - count), length).value ?? NO_NUMBERS;
  }

  /** Of all finite values; NaN where there is none. */
  summary(): { min: number; max: number; mean: number } {
    return this.#handle?.summary() ?? { min: NaN, max: NaN, mean: NaN };
  }

  #page(first: number, end: number, smoothing: number): Page {
    return this.#handle?.points(first, end, { x_axis: this.#xAxis, smoothing }) ?? NO_POINTS;
  }

  #part({ min, max, log }: Scale) {
    return { x_axis: this.#xAxis, from: min, to: max, log_x: log };
  }
}
