// Draws curves onto a chart's canvas: lines, lone points, and marks where a value was not finite.

import type { Curve } from '../model/curve';
import { divide, emptyColumns, emptyTrace, traceCurve, type Trace } from '../model/trace';
import type { RunStroke } from '../model/run-colors';

export interface PlottedCurve {
  run_id: string;
  label: string;
  stroke: RunStroke;
  curve: Curve;
}

/** The chart's area in canvas pixels, and the axes that map onto it. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
  x: { min: number; max: number; log: boolean };
  y: { min: number; max: number; log: boolean };
  pixelRatio: number;
}

/** Points farther apart than this are drawn as points too. */
const ROOMY_PX = 14;

const columns = emptyColumns();
const scratch: Trace = emptyTrace();

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
      traceCurve(curve, curve.values, curve.extremes, columns, scratch);
      paintTrace(ctx, frame, scratch, [], 1, false);
      ctx.globalAlpha = 1;
      const smoothed = curve.smoothed(smoothing);
      traceCurve(curve, smoothed.values, smoothed.extremes, columns, scratch);
    } else {
      traceCurve(curve, curve.values, curve.extremes, columns, scratch);
    }
    paintTrace(ctx, frame, scratch, stroke.dash, 1.6, true);
    if (curve.nonFinite.length > 0) paintMarks(ctx, frame, curve);
  }
  ctx.restore();
}

function mapper(min: number, max: number, log: boolean, start: number, extent: number): (value: number) => number {
  if (!log) {
    const scale = extent / (max - min);
    return (value) => start + (value - min) * scale;
  }
  const origin = Math.log(min);
  const scale = extent / (Math.log(max) - origin);
  return (value) => start + (Math.log(value) - origin) * scale;
}

function mapX(frame: Frame): (value: number) => number {
  return mapper(frame.x.min, frame.x.max, frame.x.log, frame.left, frame.width);
}

function paintTrace(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  trace: Trace,
  dash: readonly number[],
  width: number,
  points: boolean,
): void {
  const toX = mapX(frame);
  const toY = mapper(frame.y.min, frame.y.max, frame.y.log, frame.top + frame.height, -frame.height);
  const { pixelRatio } = frame;
  const roomy = points && (trace.length < 2 || (frame.width / trace.length) > ROOMY_PX * pixelRatio);
  const dots: number[] = [];
  // Far-off values are drawn just outside: canvases lose precision with huge coordinates.
  const lowest = frame.top + frame.height * 20;
  const highest = frame.top - frame.height * 20;
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
    y = nextY < highest ? highest : nextY > lowest ? lowest : nextY;
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

/** NaN: a cross at the bottom; +∞ and −∞: a triangle at the edge it went beyond. At most one of a kind per column. */
function paintMarks(ctx: CanvasRenderingContext2D, frame: Frame, curve: Curve): void {
  const toX = mapX(frame);
  const size = 4 * frame.pixelRatio;
  const bottom = frame.top + frame.height - size;
  const top = frame.top + size;
  const last = { nan: -Infinity, up: -Infinity, down: -Infinity };
  ctx.setLineDash([]);
  ctx.lineWidth = 1.5 * frame.pixelRatio;
  for (const index of curve.nonFinite) {
    const at = curve.x(index);
    if (at < frame.x.min || at > frame.x.max) continue;
    const x = toX(at);
    const value = curve.values[index]!;
    const kind = Number.isNaN(value) ? 'nan' : value > 0 ? 'up' : 'down';
    if (x - last[kind] < 2 * frame.pixelRatio) continue;
    last[kind] = x;
    ctx.beginPath();
    if (kind === 'nan') {
      ctx.moveTo(x - size, bottom - size);
      ctx.lineTo(x + size, bottom + size);
      ctx.moveTo(x + size, bottom - size);
      ctx.lineTo(x - size, bottom + size);
      ctx.stroke();
      continue;
    }
    const tip = kind === 'up' ? top - size : bottom + size;
    const base = kind === 'up' ? top + size : bottom - size;
    ctx.moveTo(x, tip);
    ctx.lineTo(x + size, base);
    ctx.lineTo(x - size, base);
    ctx.fill();
  }
}
