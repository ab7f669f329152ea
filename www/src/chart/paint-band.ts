// A band is filled, not stroked: its outline is as simple however wildly the curve goes up and down inside, where stroking
// costs with every turn (for five noisy curves 3 ms a frame instead of 38).

import type { Band } from '../model/band';
import { type Frame, mapX, mapY, nearby } from './frame';

/** From this height on a column is painted by itself. */
const TALL = 5;

let xs = new Float64Array(0);
let tops = new Float64Array(0);
let bottoms = new Float64Array(0);

export function paintBand(ctx: CanvasRenderingContext2D, frame: Frame, band: Band, dash: readonly number[], width: number): void {
  const { pixelRatio } = frame;
  const thickness = width * pixelRatio;
  const toX = mapX(frame);
  const toY = mapY(frame);
  if (xs.length < band.length) {
    xs = new Float64Array(band.length);
    tops = new Float64Array(band.length);
    bottoms = new Float64Array(band.length);
  }
  for (let i = 0; i < band.length; i++) {
    xs[i] = toX(band.x[i]!);
    tops[i] = nearby(frame, toY(band.high[i]!)) - thickness / 2;
    // On a logarithmic axis what is not positive lies below everything.
    const low = toY(band.low[i]!);
    bottoms[i] = nearby(frame, low - low === 0 || Number.isNaN(band.low[i]!) ? low : Infinity) + thickness / 2;
  }
  const drawn = dashed(frame, dash, thickness);
  const isTall = (i: number) => i >= 0 && i < band.length && bottoms[i]! - tops[i]! > TALL * pixelRatio;
  ctx.beginPath();
  let begun = -1;
  for (let i = 0; i <= band.length; i++) {
    const tall = isTall(i);
    if (tall) paintColumn(ctx, i, pixelRatio);
    const thin = !tall && i < band.length && tops[i]! - tops[i]! === 0 && bottoms[i]! - bottoms[i]! === 0 && drawn(i);
    if (thin && begun < 0) begun = i;
    if (thin || begun < 0) continue;
    const half = pixelRatio / 2;
    outline(ctx, begun, i - 1, thickness, isTall(begun - 1) ? half : 0, tall ? half : 0);
    begun = -1;
  }
  ctx.fill();
}

/** On whole pixels: columns stand side by side without a seam, and without an edge to smooth. */
function paintColumn(ctx: CanvasRenderingContext2D, i: number, pixelRatio: number): void {
  const left = Math.round(xs[i]! - pixelRatio / 2);
  const right = Math.round(xs[i]! + pixelRatio / 2);
  ctx.fillRect(left, tops[i]!, right - left, bottoms[i]! - tops[i]!);
}

/** Gaps are left where the band is thin only: nothing that stands out falls into one. */
function dashed(frame: Frame, dash: readonly number[], thickness: number): (i: number) => boolean {
  if (dash.length === 0) return () => true;
  const total = dash.reduce((sum, length) => sum + length, 0);
  return (i) => {
    if (bottoms[i]! - tops[i]! > 2 * thickness) return true;
    let at = ((xs[i]! - frame.left) / frame.pixelRatio) % total;
    if (at < 0) at += total;
    for (let part = 0; part < dash.length; part++) {
      if (at < dash[part]!) return part % 2 === 0;
      at -= dash[part]!;
    }
    return true;
  };
}

/** Thin columns, as far as the edges of a tall one beside them. */
function outline(ctx: CanvasRenderingContext2D, first: number, last: number, thickness: number, before: number, after: number): void {
  if (first === last) {
    ctx.rect(xs[first]! - thickness / 2, tops[first]!, thickness, bottoms[first]! - tops[first]!);
    return;
  }
  ctx.moveTo(xs[first]! - before, tops[first]!);
  for (let i = first; i <= last; i++) ctx.lineTo(xs[i]!, tops[i]!);
  ctx.lineTo(xs[last]! + after, tops[last]!);
  ctx.lineTo(xs[last]! + after, bottoms[last]!);
  for (let i = last; i >= first; i--) ctx.lineTo(xs[i]!, bottoms[i]!);
  ctx.lineTo(xs[first]! - before, bottoms[first]!);
  ctx.closePath();
}
