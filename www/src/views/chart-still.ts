// The picture that stands in place of a chart's plot while the chart is out of sight.

import { forgetStill, keepStill, type Sitter } from './stills';

export class ChartStill {
  readonly #chart: HTMLElement & Sitter;
  readonly #plot: () => Element | null;
  #still: HTMLCanvasElement | undefined;
  /** What it shows. */
  #of = '';

  /** `plot`: where the plot is, or was. */
  constructor(chart: HTMLElement & Sitter, plot: () => Element | null) {
    this.#chart = chart;
    this.#plot = plot;
  }

  shows(key: string): boolean {
    return key === this.#of;
  }

  /** A canvas that was drawn stays where the plot was. */
  leave(canvas: HTMLCanvasElement, key: string): void {
    canvas.removeAttribute('style');
    canvas.className = 'still';
    this.#plot()?.replaceChildren(canvas);
    this.#still = canvas;
    this.#of = key;
    this.#chart.toggleAttribute('still', true);
    keepStill(this.#chart);
  }

  drop(): void {
    this.#still?.remove();
    this.#still = undefined;
    this.#of = '';
    this.#chart.toggleAttribute('still', false);
    forgetStill(this.#chart);
  }
}
