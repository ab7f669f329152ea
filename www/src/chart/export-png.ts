// A chart as a PNG: what is on its canvas, with its whole title, the names of its axes and a legend, on the page's ground.

import { type Drawing, fontOf, layOut, measureWith, type Names } from './picture';

export function pngOf(drawing: Drawing, names: Names, style: CSSStyleDeclaration): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  const ctx = canvas.getContext('2d');
  if (!ctx) return Promise.resolve(null);
  const { canvas: chart, frame } = drawing;
  const unit = frame.pixelRatio;
  const picture = layOut(drawing, names, measureWith(ctx, style.fontFamily));
  canvas.width = Math.ceil(picture.width * unit);
  canvas.height = Math.ceil(picture.height * unit);
  ctx.fillStyle = style.backgroundColor;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  // On whole pixels, so that it stays sharp.
  ctx.drawImage(chart, Math.round(picture.left * unit), Math.round(picture.top * unit));
  ctx.scale(unit, unit);
  ctx.fillStyle = style.color;
  ctx.textBaseline = 'middle';
  for (const { text, x, y, title, anchor, upright } of picture.texts) {
    ctx.font = fontOf(title, style.fontFamily);
    ctx.textAlign = anchor === 'middle' ? 'center' : 'left';
    ctx.save();
    ctx.translate(x, y);
    if (upright) ctx.rotate(-Math.PI / 2);
    ctx.fillText(text, 0, 0);
    ctx.restore();
  }
  ctx.lineWidth = 3;
  for (const { x, y, width, curve } of picture.legend) {
    ctx.strokeStyle = curve.stroke.color;
    ctx.setLineDash([...curve.stroke.dash]);
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x + width, y);
    ctx.stroke();
  }
  return new Promise((resolve) => canvas.toBlob(resolve));
}
