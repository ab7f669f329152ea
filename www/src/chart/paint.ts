// Draws curves onto a chart's canvas, or anything that draws like one, and marks where a value was not finite.

import type { Curve } from '../model/curve';
import type { RunStroke } from '../model/run-colors';
import type { CurveWindow } from '../tracker';
import { type Frame, mapX, mapY } from './frame';
import { paintMarks } from './paint-marks';
import { drawPolyline, type Pen } from './polyline';

/** What of a canvas curves are drawn with. */
export type Surface = Pick<
  CanvasRenderingContext2D,
  | 'save'
  | 'restore'
  | 'beginPath'
  | 'rect'
  | 'clip'
  | 'moveTo'
  | 'lineTo'
  | 'arc'
  | 'stroke'
  | 'fill'
  | 'setLineDash'
  | 'globalAlpha'
  | 'strokeStyle'
  | 'fillStyle'
  | 'lineWidth'
  | 'lineJoin'
>;

export interface PlottedCurve {
  run_id: string;
  /** Short, for beside the others. */
  label: string;
  /** The whole name of the run. */
  name: string;
  stroke: RunStroke;
  curve: Curve;
}

/** Points farther apart than this are drawn as points too. */
const ROOMY_PX = 14;
const DOT_PX = 2.4;

/** How much of the others is seen while one run stands out, and of the values behind their average. */
const DIMMED = 0.18;
const BEHIND = 0.28;
/** How much is seen of what fills columns where several curves lie over each other: noise must not hide noise. */
const NOISE = 0.6;

export interface Look {
  smoothing: number;
  /** The run that is drawn in front, the others dimmed. */
  emphasised: string | undefined;
  /** All are dimmed: what the reader looks at is not here. */
  faint: boolean;
}

export function paintCurves(ctx: Surface, frame: Frame, plotted: readonly PlottedCurve[], { smoothing, emphasised, faint }: Look): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(frame.left, frame.top - frame.pixelRatio, frame.width, frame.height + 2 * frame.pixelRatio);
  ctx.clip();
  const front = plotted.filter(({ run_id }) => run_id === emphasised);
  const back = front.length > 0 ? plotted.filter(({ run_id }) => run_id !== emphasised) : plotted;
  for (const { curve, stroke } of [...back, ...front]) {
    const inFront = front.some((each) => each.curve === curve);
    const opacity = faint || (front.length > 0 && !inFront) ? DIMMED : 1;
    const noise = back.length > 1 && !inFront ? NOISE : 1;
    ctx.strokeStyle = ctx.fillStyle = stroke.color;
    if (smoothing > 0) {
      ctx.globalAlpha = BEHIND * opacity;
      paintCurve(ctx, frame, curve, 0, { dash: [], width: 1, dots: false, noise: 1 });
    }
    ctx.globalAlpha = opacity;
    const window = paintCurve(ctx, frame, curve, smoothing, { dash: stroke.dash, width: 1.6, dots: true, noise });
    if (window.mark_x.length > 0) paintMarks(ctx, frame, window);
  }
  ctx.restore();
}

interface Style {
  dash: readonly number[];
  width: number;
  dots: boolean;
  /** How opaque filled columns are, beside the curve's strokes. */
  noise: number;
}

function paintCurve(ctx: Surface, frame: Frame, curve: Curve, smoothing: number, style: Style): CurveWindow {
  const { pixelRatio } = frame;
  const window = curve.window(frame.x, frame.width, smoothing, frame.y.log);
  const { count } = window;
  const roomy = style.dots && count > 0 && frame.width / count > ROOMY_PX * pixelRatio;
  ctx.lineJoin = roomy ? 'round' : 'bevel';
  ctx.lineWidth = style.width * pixelRatio;
  ctx.setLineDash(style.dash.map((length) => length * pixelRatio));
  ctx.beginPath();
  const pen = new CanvasPen(ctx, frame);
  drawPolyline(pen, frame, window);
  ctx.stroke();
  // Columns that are seen through must not overlap: each is one pixel wide.
  const columnWidth = style.dots && style.noise === 1 ? Math.max(1, Math.round(ctx.lineWidth)) : 1;
  const opacity = ctx.globalAlpha;
  ctx.globalAlpha = opacity * style.noise;
  fillColumns(ctx, pen.columns, columnWidth);
  ctx.globalAlpha = opacity;
  if (style.dots) paintDots(ctx, DOT_PX * pixelRatio, roomy ? pointsOf(frame, curve, window, smoothing) : pen.dots);
  return window;
}

class CanvasPen implements Pen {
  /** x and y of points that no line reaches: without a dot they would not be seen. */
  readonly dots: number[] = [];
  /** x, top and bottom of each column that is to be filled. */
  readonly columns: number[] = [];
  readonly #ctx: Surface;
  readonly #frame: Frame;
  readonly #overhang: number;

  constructor(ctx: Surface, frame: Frame) {
    this.#ctx = ctx;
    this.#frame = frame;
    this.#overhang = ctx.lineWidth / 2;
  }

  moveTo(x: number, y: number): void {
    this.#ctx.moveTo(x, y);
  }

  lineTo(x: number, y: number): void {
    this.#ctx.lineTo(x, y);
  }

  column(x: number, top: number, bottom: number): void {
    const { top: ceiling, height } = this.#frame;
    const from = Math.max(top - this.#overhang, ceiling - height);
    const to = Math.min(bottom + this.#overhang, ceiling + 2 * height);
    if (to > from) this.columns.push(x, from, to);
  }

  dot(x: number, y: number): void {
    this.dots.push(x, y);
  }
}

/**
 * One stroke of lines that are one pixel wide, in the middle of whole pixels: columns stand side by side without a seam, and without an
 * edge to smooth. Rectangles give the same picture; a canvas without a GPU takes twice as long for them one by one, and ten times as
 * long for all of them as one path.
 */
function fillColumns(ctx: Surface, columns: readonly number[], width: number): void {
  if (columns.length === 0) return;
  ctx.setLineDash([]);
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (let i = 0; i < columns.length; i += 3) {
    const left = columns[i]! - ((width - 1) >> 1);
    for (let x = left + 0.5; x < left + width; x++) {
      ctx.moveTo(x, columns[i + 1]!);
      ctx.lineTo(x, columns[i + 2]!);
    }
  }
  ctx.stroke();
}

function pointsOf(frame: Frame, curve: Curve, { first, count }: CurveWindow, smoothing: number): readonly number[] {
  const toX = mapX(frame);
  const toY = mapY(frame);
  const dots: number[] = [];
  for (const { x, y } of curve.pages(first, first + count, smoothing)) {
    for (const [i, value] of y.entries()) {
      // What is not finite has no place, nor on a logarithmic axis what is not above zero.
      if (Number.isFinite(value) && !(frame.y.log && value <= 0)) dots.push(toX(x[i]!), toY(value));
    }
  }
  return dots;
}

function paintDots(ctx: Surface, radius: number, dots: readonly number[]): void {
  for (let i = 0; i < dots.length; i += 2) {
    ctx.beginPath();
    ctx.arc(dots[i]!, dots[i + 1]!, radius, 0, 2 * Math.PI);
    ctx.fill();
  }
}
