// Draws curves onto a chart's canvas: bands where points are dense, else lines and lone points; and marks where a value was not finite.

import { bandCurve, emptyBand } from '../model/band';
import type { Curve } from '../model/curve';
import type { Extremes } from '../model/extremes';
import type { RunStroke } from '../model/run-colors';
import { divide, emptyColumns, emptyTrace, type Trace, traceCurve, type Window } from '../model/trace';
import { type Frame, mapX, mapY, nearby } from './frame';
import { paintBand } from './paint-band';
import { paintMarks } from './paint-marks';

export interface PlottedCurve {
  run_id: string;
  label: string;
  stroke: RunStroke;
  curve: Curve;
}

/** Points farther apart than this are drawn as points too. */
const ROOMY_PX = 14;

const columns = emptyColumns();
const trace = emptyTrace();
const band = emptyBand();

export function paintCurves(ctx: CanvasRenderingContext2D, frame: Frame, plotted: readonly PlottedCurve[], smoothing: number): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(frame.left, frame.top - frame.pixelRatio, frame.width, frame.height + 2 * frame.pixelRatio);
  ctx.clip();
  const window = { from: frame.x.min, to: frame.x.max, columns: frame.width / frame.pixelRatio, log: frame.x.log };
  for (const { curve, stroke } of plotted) {
    ctx.strokeStyle = ctx.fillStyle = stroke.color;
    divide(curve, window, columns);
    if (smoothing > 0) {
      ctx.globalAlpha = 0.28;
      paintCurve(ctx, frame, window, curve, curve, { dash: [], width: 1, points: false });
      ctx.globalAlpha = 1;
    }
    const shown = smoothing > 0 ? curve.smoothed(smoothing) : curve;
    paintCurve(ctx, frame, window, curve, shown, { dash: stroke.dash, width: 1.6, points: true });
    if (curve.nonFinite.length > 0) paintMarks(ctx, frame, curve);
  }
  ctx.restore();
}

interface Pen {
  dash: readonly number[];
  width: number;
  points: boolean;
}

interface Shown {
  values: Float64Array;
  extremes: Extremes;
}

function paintCurve(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  window: Window,
  curve: Curve,
  { values, extremes }: Shown,
  pen: Pen,
): void {
  if (columns.count > 0) {
    bandCurve(curve, values, extremes, window, columns, band);
    paintBand(ctx, frame, band, pen.dash, pen.width);
  } else {
    traceCurve(curve, values, columns, trace);
    paintTrace(ctx, frame, trace, pen);
  }
}

function paintTrace(ctx: CanvasRenderingContext2D, frame: Frame, trace: Trace, { dash, width, points }: Pen): void {
  const toX = mapX(frame);
  const toY = mapY(frame);
  const { pixelRatio } = frame;
  const roomy = points && (trace.length < 2 || frame.width / trace.length > ROOMY_PX * pixelRatio);
  const dots: number[] = [];
  ctx.lineJoin = roomy ? 'round' : 'bevel';
  ctx.lineWidth = width * pixelRatio;
  ctx.setLineDash(dash.map((length) => length * pixelRatio));
  ctx.beginPath();
  let drawing = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i < trace.length; i++) {
    const nextX = toX(trace.x[i]!);
    const nextY = toY(trace.y[i]!);
    if (nextY - nextY !== 0 || nextX - nextX !== 0) {
      if (drawing === 1) dots.push(x, y);
      drawing = 0;
      continue;
    }
    x = nextX;
    y = nearby(frame, nextY);
    if (drawing === 0) ctx.moveTo(x, y);
    else ctx.lineTo(x, y);
    drawing++;
    if (roomy) dots.push(x, y);
  }
  if (drawing === 1 && !roomy) dots.push(x, y);
  ctx.stroke();
  if (!points) return;
  for (let i = 0; i < dots.length; i += 2) {
    ctx.beginPath();
    ctx.arc(dots[i]!, dots[i + 1]!, 2.4 * pixelRatio, 0, 2 * Math.PI);
    ctx.fill();
  }
}
