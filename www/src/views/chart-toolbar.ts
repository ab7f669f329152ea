// How all charts are drawn: x axis, smoothing, logarithms, outliers, and which metrics. Their sizes are in a panel that it opens.

import { css, html, LitElement, nothing } from 'lit';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { MOST_SMOOTHING } from '../model/chart-settings';
import type { XAxis } from '../model/x-axis';
import { controls } from '../styles/controls';

const AXES: readonly [XAxis, string][] = [
  ['step', 'Step'],
  ['relative', 'Relative time'],
  ['wall', 'Wall time'],
];

export class ChartToolbar extends LitElement {
  static override properties = { snapshot: { attribute: false }, arranging: { state: true } };
  static override styles = [
    controls,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        margin-bottom: 14px;
        font-size: 13px;
      }
      /* It stays in sight where it takes a small part of the window. */
      @media (min-width: 700px) and (min-height: 600px) {
        :host {
          position: sticky;
          z-index: 3;
          top: 0;
          padding-block: 6px;
          background: var(--ground);
        }
      }
      label,
      .toggles {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      label > span {
        color: var(--ink-soft);
      }
      input[type='search'] {
        width: 140px;
      }
      input[type='range'] {
        width: 90px;
      }
      input[type='number'] {
        width: 5.4em;
        min-height: 32px;
        padding: 4px 6px;
        border: 1px solid var(--line);
        border-radius: 6px;
        background: var(--surface);
        font-family: var(--mono);
        font-size: 12px;
      }
    `,
  ];

  declare snapshot: Snapshot;
  /** The panel for height and columns is open. */
  declare arranging: boolean;

  constructor() {
    super();
    this.arranging = false;
  }

  override render() {
    const { view } = this.snapshot;
    return html`
      <input
        type="search"
        placeholder="Find a metric"
        title="Words that are all in its name, or a regular expression: /^layer\d/"
        aria-label="Find a metric"
        .value=${view.metricQuery}
        @input=${(event: InputEvent) => this.#set({ metricQuery: (event.target as HTMLInputElement).value })}
      />
      <label>
        <span>X axis</span>
        <select data-testid="x-axis" @change=${(event: Event) => this.#setAxis((event.target as HTMLSelectElement).value as XAxis)}>
          ${AXES.map(([axis, name]) => html`<option value=${axis} ?selected=${view.xAxis === axis}>${name}</option>`)}
        </select>
      </label>
      <label>
        <span>Smoothing</span>
        <input
          type="range"
          min="0"
          max="0.99"
          step="0.01"
          data-testid="smoothing"
          .value=${String(view.smoothing)}
          @input=${(event: InputEvent) => this.#set({ smoothing: Number((event.target as HTMLInputElement).value) })}
        />
        <input
          type="number"
          min="0"
          max=${MOST_SMOOTHING}
          step="any"
          aria-label="Smoothing as a number"
          data-testid="smoothing-number"
          .value=${String(view.smoothing)}
          @change=${this.#setSmoothing}
        />
      </label>
      <div class="toggles">
        <button aria-pressed=${view.yLog} data-testid="y-log" @click=${() => this.#set({ yLog: !view.yLog })}>Log y</button>
        <button aria-pressed=${view.xLog} ?disabled=${view.xAxis === 'wall'} data-testid="x-log" @click=${() => this.#set({ xLog: !view.xLog })}>Log x</button>
        <button aria-pressed=${view.clip} data-testid="clip" @click=${() => this.#set({ clip: !view.clip })}>Clip outliers</button>
        <button data-testid="chart-layout" aria-haspopup="dialog" aria-expanded=${this.arranging} @click=${this.#arrange}>Layout</button>
      </div>
      ${
        this.arranging
          ? html`<entrenar-chart-layout
            .snapshot=${this.snapshot}
            .anchor=${this.renderRoot.querySelector('[data-testid="chart-layout"]')}
            @closed=${() => (this.arranging = false)}
          ></entrenar-chart-layout>`
          : nothing
      }
    `;
  }

  /** What few open is loaded when it is opened. */
  readonly #arrange = async (): Promise<void> => {
    await import('./chart-layout');
    this.arranging = true;
  };

  readonly #setSmoothing = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const smoothing = Math.max(0, Math.min(MOST_SMOOTHING, Number(input.value) || 0));
    input.value = String(smoothing);
    this.#set({ smoothing });
  };

  #set(change: Partial<Snapshot['view']>): void {
    emitIntent(this, { type: 'view', change });
  }

  /** A zoom in steps means nothing in seconds. Wall time on a logarithmic axis means nothing either. */
  #setAxis(xAxis: XAxis): void {
    this.#set({ xAxis, range: undefined, ...(xAxis === 'wall' && { xLog: false }) });
  }
}

customElements.define('entrenar-chart-toolbar', ChartToolbar);
