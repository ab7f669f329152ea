// Some test digits, each with what the network takes it for.

import { css, html, LitElement } from 'lit';
import { type DigitSet, PIXELS } from './digits';
import type { Prediction } from './network';
import { SHOWN_DIGITS } from './training';

const SIDE = 8;

export class DigitWall extends LitElement {
  static override properties = { digits: { attribute: false }, predictions: { attribute: false } };
  static override styles = css`
    :host {
      container-type: inline-size;
    }
    ul {
      display: grid;
      grid-template-columns: repeat(8, minmax(0, 1fr));
      gap: 6px 8px;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    @container (min-width: 480px) {
      ul {
        grid-template-columns: repeat(12, minmax(0, 1fr));
      }
    }
    li {
      position: relative;
      color: var(--ink-soft);
      font: 500 12px/1.5 var(--mono);
      text-align: center;
    }
    canvas {
      display: block;
      width: 100%;
      aspect-ratio: 1;
      border-radius: 5px;
      background: var(--sunken);
      image-rendering: pixelated;
    }
    .right {
      color: var(--good);
    }
    .wrong {
      color: var(--bad);
      font-weight: 700;
    }
    .wrong::before {
      content: '≠ ';
    }
  `;

  declare digits: DigitSet | undefined;
  declare predictions: readonly Prediction[];
  #inked = '';

  constructor() {
    super();
    this.predictions = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', this.#repaint);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    matchMedia('(prefers-color-scheme: dark)').removeEventListener('change', this.#repaint);
  }

  override render() {
    return html`<ul aria-label="Test digits and what the network takes them for">
      ${Array.from({ length: SHOWN_DIGITS }, (_, i) => {
        const prediction = this.predictions[i];
        const label = this.digits?.labels[i];
        const right = prediction?.digit === label;
        const says = !prediction
          ? 'not yet recognised'
          : `taken for ${prediction.digit}, ${Math.round(prediction.confidence * 100)} % sure`;
        return html`<li>
          <canvas width=${SIDE} height=${SIDE} role="img" aria-label=${`A handwritten ${label ?? 'digit'}, ${says}`}></canvas>
          <span aria-hidden="true" class=${!prediction ? '' : right ? 'right' : 'wrong'}>${prediction ? prediction.digit : '·'}</span>
        </li>`;
      })}
    </ul>`;
  }

  override updated(): void {
    this.#paint();
  }

  readonly #repaint = () => this.#paint();

  /** In the text's colour, so once per colour scheme. */
  #paint(): void {
    const ink = getComputedStyle(this).color;
    if (!this.digits || ink === this.#inked) return;
    this.#inked = ink;
    const [r = 0, g = 0, b = 0] = (ink.match(/[\d.]+/g) ?? []).map(Number);
    this.renderRoot.querySelectorAll('canvas').forEach((canvas, i) => {
      const image = new ImageData(SIDE, SIDE);
      for (let p = 0; p < PIXELS; p++) image.data.set([r, g, b, this.digits!.pixels[i * PIXELS + p]! * 255], p * 4);
      canvas.getContext('2d')?.putImageData(image, 0, 0);
    });
  }
}

customElements.define('digit-wall', DigitWall);
