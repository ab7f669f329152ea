// Where a value was not finite.

import type { CurveWindow } from '../tracker';
import { type Frame, mapX } from './frame';
import type { Surface } from './paint';

/** NaN: a cross at the bottom; +∞ and −∞: a triangle at the edge it went beyond. Not more of a kind than have room side by side. */
export function paintMarks(ctx: Surface, frame: Frame, { mark_x, mark_value }: CurveWindow): void {
  const toX = mapX(frame);
  const size = 4 * frame.pixelRatio;
  const bottom = frame.top + frame.height - size;
  const top = frame.top + size;
  const last = { nan: -Infinity, up: -Infinity, down: -Infinity };
  ctx.setLineDash([]);
  ctx.lineWidth = 1.5 * frame.pixelRatio;
  for (const [i, at] of mark_x.entries()) {
    const x = toX(at);
    const value = mark_value[i]!;
    const kind = Number.isNaN(value) ? 'nan' : value > 0 ? 'up' : 'down';
    if (x - last[kind] < 2 * size) continue;
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
