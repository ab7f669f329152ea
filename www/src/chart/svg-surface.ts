// Draws like a canvas, and gives SVG: what paints curves on the screen writes them into a file, with the very same reduction.

import type { Surface } from './paint';

/** Positions are written to a hundredth of a pixel. */
const short = (value: number) => String(Math.round(value * 100) / 100);

export class SvgSurface implements Surface {
  globalAlpha = 1;
  strokeStyle: string | CanvasGradient | CanvasPattern = '#000';
  fillStyle: string | CanvasGradient | CanvasPattern = '#000';
  lineWidth = 1;
  lineJoin: CanvasLineJoin = 'miter';
  #dash: readonly number[] = [];
  #path = '';
  #x = NaN;
  /** All lines of the path go straight up or down: they fill columns of pixels. */
  #upright = true;
  #rect: readonly number[] = [];
  #clips = 0;
  #open: boolean[] = [];
  readonly #elements: string[] = [];

  /** What was drawn. */
  get svg(): string {
    return this.#elements.join('\n');
  }

  save(): void {
    this.#open.push(false);
  }

  restore(): void {
    if (this.#open.pop()) this.#elements.push('</g>');
  }

  beginPath(): void {
    this.#path = '';
    this.#upright = true;
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#rect = [x, y, width, height];
  }

  /** To the rectangle before it. */
  clip(): void {
    const [x, y, width, height] = this.#rect.map(short);
    const id = `clip${this.#clips++}`;
    this.#elements.push(
      `<clipPath id="${id}"><rect x="${x}" y="${y}" width="${width}" height="${height}"/></clipPath>`,
      `<g clip-path="url(#${id})">`,
    );
    this.#open[this.#open.length - 1] = true;
  }

  moveTo(x: number, y: number): void {
    this.#path += `M${short(x)} ${short(y)}`;
    this.#x = x;
  }

  lineTo(x: number, y: number): void {
    this.#upright &&= x === this.#x;
    this.#path += this.#upright ? `V${short(y)}` : `L${short(x)} ${short(y)}`;
    this.#x = x;
  }

  /** A whole circle: no other arc is drawn. */
  arc(x: number, y: number, radius: number): void {
    const r = short(radius);
    this.#path += `M${short(x - radius)} ${short(y)}a${r} ${r} 0 1 0 ${short(2 * radius)} 0a${r} ${r} 0 1 0 ${short(-2 * radius)} 0z`;
  }

  setLineDash(dash: readonly number[]): void {
    this.#dash = dash;
  }

  stroke(): void {
    // However the file is enlarged, columns stand side by side without a seam.
    const edges = this.#upright ? ' shape-rendering="crispEdges"' : '';
    const dash = this.#dash.length > 0 ? ` stroke-dasharray="${this.#dash.map(short).join(' ')}"` : '';
    this.#put(
      `fill="none" stroke="${this.strokeStyle}" stroke-width="${short(this.lineWidth)}" stroke-linejoin="${this.lineJoin}"${dash}${edges}`,
      this.#path,
    );
  }

  fill(): void {
    this.#put(`fill="${this.fillStyle}"`, this.#path);
  }

  #put(look: string, path: string): void {
    if (path) this.#elements.push(`<path ${look}${this.#opacity()} d="${path}"/>`);
  }

  #opacity(): string {
    return this.globalAlpha < 1 ? ` opacity="${short(this.globalAlpha)}"` : '';
  }
}
