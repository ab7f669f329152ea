/** How a curve is looked at. */
export interface CurveLook {
  /** What x is: the step (so unless given), milliseconds since the run began with its interruptions left out, or milliseconds since the epoch. */
  x_axis?: 'step' | 'relative' | 'wall';
  /**
   * How much of the past each point keeps in the debiased exponential moving average that y is, over all points before it: at least 0
   * (so unless given: y is the value) and less than 1. NaN and ±Infinity are passed through.
   */
  smoothing?: number;
}

/** A part of a curve: what lies between two x, both included. */
export interface CurvePart extends CurveLook {
  /** Where the x axis begins; at the curve's first point unless given. */
  from?: number;
  /** Where it ends; at the curve's last point unless given. */
  to?: number;
  /** Whether the x axis is logarithmic: then it begins above 0. */
  log_x?: boolean;
  /** Whether the y axis is logarithmic: then y is NaN where it is not above 0. */
  log_y?: boolean;
}

/** A part of a curve, and how wide its picture is. */
export interface CurveWindowOptions extends CurvePart {
  /** The picture's width in pixel columns: 1 to 65536; of the last one there may be only a part. */
  width: number;
}

/**
 * What a picture of a part of a curve needs (M4): of each pixel column the first, the least, the greatest and the last point, each once, in
 * their order. A line through them, interrupted where y is not finite, has in every pixel column the extent that one through all points has.
 */
export interface CurveWindow {
  /** The index of the first point in the part, and how many there are. */
  first: number;
  count: number;
  /** Of each point that was kept: the number of its pixel column from the left; −1 and Infinity for the neighbours outside, to which the line leads. */
  column: Float64Array;
  x: Float64Array;
  y: Float64Array;
  /** Where the value is NaN, Infinity or -Infinity, and which: the first of each in each pixel column. */
  mark_x: Float64Array;
  mark_value: Float64Array;
}

/** One point of a curve. */
export interface CurvePoint {
  /** Its place in the order of x. */
  index: number;
  step: number;
  /** Milliseconds since the epoch. */
  timestamp: number;
  x: number;
  /** What was logged. */
  value: number;
  /** What is drawn: the value, or its average. */
  y: number;
}

/** Points of a curve as columns of one length. */
export interface CurvePoints {
  step: Float64Array;
  timestamp: Float64Array;
  x: Float64Array;
  value: Float64Array;
  y: Float64Array;
}

/**
 * One metric of one run as it is drawn, whatever its length: windows of it, read where the points lie. Points are in the order of x;
 * equal ones keep logging order. Times go on where a clock was set back. It holds what was there when it was opened or refreshed, also
 * after its storage was closed or its run deleted; give it back with `free()`.
 */
export class WasmCurve {
  private constructor();
  free(): void;
  [Symbol.dispose](): void;
  /** A curve of points of one's own, in any order; relative time counts from the earliest. */
  static of(series: { step: Numbers; value: Numbers; timestamp: Numbers }): WasmCurve;
  /** Reads what was logged since. */
  refresh(): Promise<void>;
  /** Number of points. */
  length(): number;
  /** Under an equal number, points have only come after the others; otherwise they may lie anywhere. */
  generation(): number;
  /** What a picture of a part of the curve needs. */
  window(options: CurveWindowOptions): CurveWindow;
  /** The least and the greatest finite y in a part, lines that cross its ends included; nothing where there is none. */
  extent(options?: CurvePart): { min: number; max: number } | undefined;
  /** Finite y in a part, less than 8200, evenly among its points: for quantiles. */
  samples(options?: CurvePart): Float64Array;
  /** The first index whose x is at the given one or after it; with `after`, only after it. */
  index_at(x: number, options?: { x_axis?: CurveLook['x_axis']; after?: boolean }): number;
  /** The point nearest to an x; nothing of an empty curve. */
  nearest(x: number, options?: CurveLook): CurvePoint | undefined;
  /** The point at an index; nothing where there is none. */
  point(index: number, options?: CurveLook): CurvePoint | undefined;
  /** The points from index `first` up to, not including, `end`, but at most 1048576 of them: all unless given. */
  points(first?: number, end?: number, options?: CurveLook): CurvePoints;
  /** Of the finite values the least, the greatest, their mean and how many there are; NaN for what there is not. */
  summary(): { min: number; max: number; mean: number; count: number };
}
