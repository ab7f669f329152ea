// A chart as a picture: what is on its canvas, with its whole title and a legend, on the page's ground.

import { saveFile } from '../save-file';
import type { PlottedCurve } from './paint';

const TITLE_PX = 15;
const TEXT_PX = 12;
const LINE_PX = 18;
const MARGIN_PX = 12;
const SWATCH_PX = 22;

export function downloadPng(chart: HTMLCanvasElement, title: string, plotted: readonly PlottedCurve[], style: CSSStyleDeclaration): void {
  const canvas = document.createElement('canvas');
  const ctx = canvas.getContext('2d');
  if (!ctx) return;
  const unit = devicePixelRatio;
  const margin = MARGIN_PX * unit;
  const line = LINE_PX * unit;
  const titleFont = `600 ${TITLE_PX * unit}px ${style.fontFamily}`;
  const textFont = `${TEXT_PX * unit}px ${style.fontFamily}`;
  const lines = wrapped(ctx, title, titleFont, chart.width);
  const head = margin + line * lines.length;
  canvas.width = chart.width + 2 * margin;
  canvas.height = head + chart.height + line * plotted.length + 2 * margin;
  ctx.fillStyle = style.backgroundColor;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = style.color;
  ctx.font = titleFont;
  lines.forEach((text, i) => {
    ctx.fillText(text, margin, margin + line * (i + 0.75));
  });
  ctx.drawImage(chart, margin, head);
  ctx.font = textFont;
  ctx.textBaseline = 'middle';
  plotted.forEach(({ name, stroke }, i) => {
    const y = head + chart.height + margin + line * (i + 0.5);
    ctx.strokeStyle = stroke.color;
    ctx.lineWidth = 3 * unit;
    ctx.setLineDash(stroke.dash.map((length) => length * unit));
    ctx.beginPath();
    ctx.moveTo(margin, y);
    ctx.lineTo(margin + SWATCH_PX * unit, y);
    ctx.stroke();
    const left = margin + (SWATCH_PX + 8) * unit;
    ctx.fillText(name, left, y, canvas.width - left - margin);
  });
  canvas.toBlob((blob) => {
    if (blob) saveFile(blob, `${title}.png`);
  });
}

/** The text in lines that fit; what has no space to break at is broken anywhere. */
function wrapped(ctx: CanvasRenderingContext2D, text: string, font: string, width: number): string[] {
  ctx.font = font;
  const lines: string[] = [];
  let line = '';
  for (const character of text) {
    if (line && ctx.measureText(line + character).width > width) {
      lines.push(line);
      line = '';
    }
    line += character;
  }
  return [...lines, line];
}
