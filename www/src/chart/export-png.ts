// A chart as a picture: what is on its canvas, with a title and a legend, on the page's ground.

import { saveFile } from '../save-file';
import type { PlottedCurve } from './paint';

export function downloadPng(chart: HTMLCanvasElement, title: string, plotted: readonly PlottedCurve[], style: CSSStyleDeclaration): void {
  const unit = devicePixelRatio;
  const line = 18 * unit;
  const head = 34 * unit;
  const margin = 12 * unit;
  const canvas = document.createElement('canvas');
  canvas.width = chart.width + 2 * margin;
  canvas.height = head + chart.height + line * plotted.length + 2 * margin;
  const ctx = canvas.getContext('2d');
  if (!ctx) return;
  ctx.fillStyle = style.backgroundColor;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = style.color;
  ctx.font = `600 ${15 * unit}px ${style.fontFamily}`;
  ctx.fillText(title, margin, margin + 14 * unit);
  ctx.drawImage(chart, margin, head);
  ctx.font = `${12 * unit}px ${style.fontFamily}`;
  plotted.forEach(({ label, stroke }, i) => {
    const y = head + chart.height + margin + line * (i + 0.5);
    ctx.fillStyle = stroke.color;
    ctx.fillRect(margin, y - 5 * unit, 10 * unit, 10 * unit);
    ctx.fillStyle = style.color;
    ctx.fillText(label, margin + 18 * unit, y + 4 * unit);
  });
  canvas.toBlob((blob) => {
    if (blob) saveFile(blob, `${title}.png`);
  });
}
