// The form with which one chart deviates from the others. Opens when it is put into the page; what is typed is checked, and
// what cannot be drawn is said in words and not taken.

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { emitIntent } from '../controller/intents';
import { type ChartSettings, MOST_SMOOTHING, settingsProblem, typedNumber, withOwn, withoutOwn } from '../model/chart-settings';
import type { ViewState } from '../model/view-state';
import { controls } from '../styles/controls';
import { placePopover, popoverStyles, popoverToggled } from './popover';

type NumberKey = 'smoothing' | 'yMin' | 'yMax';

export class ChartSettingsPanel extends LitElement {
  static override properties = {
    metric: { attribute: false },
    view: { attribute: false },
    anchor: { attribute: false },
    typed: { state: true },
  };
  static override styles = [
    controls,
    popoverStyles,
    css`
      [popover] {
        width: min(300px, calc(100vw - 24px));
      }
      h5 {
        overflow: hidden;
        margin: 0 0 10px;
        font-size: 13px;
        font-weight: 600;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      label {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 12px;
        margin-bottom: 8px;
      }
      select,
      input[type='text'] {
        width: 176px;
      }
      input[type='text'] {
        font-family: var(--mono);
        font-size: 12px;
      }
      input[aria-invalid='true'] {
        border-color: var(--bad);
      }
      .problem {
        margin-bottom: 8px;
        color: var(--bad);
      }
      .problem:empty {
        display: none;
      }
    `,
  ];

  declare metric: string;
  declare view: ViewState;
  declare anchor: HTMLElement;
  /** What stands in a field and is not taken. */
  declare typed: Partial<Record<NumberKey, { text: string; problem: string }>>;

  constructor() {
    super();
    this.typed = {};
  }

  override render() {
    const own = this.#own();
    const problems = Object.values(this.typed).map(({ problem }) => problem);
    return html`<div
      popover
      role="dialog"
      aria-label=${`Settings of ${this.metric}`}
      data-testid="chart-settings-panel"
      @beforetoggle=${(event: ToggleEvent) => placePopover(event, this.anchor, 300)}
      @toggle=${(event: ToggleEvent) => popoverToggled(event, this, this.anchor)}
    >
      <h5>Of this chart alone</h5>
      ${this.#axis('Y axis', 'yLog', own.yLog, this.view.yLog)}
      ${this.view.xAxis === 'wall' ? nothing : this.#axis('X axis', 'xLog', own.xLog, this.view.xLog)}
      ${this.#number('Least y', 'yMin', own.yMin, 'as the curves need')} ${this.#number('Greatest y', 'yMax', own.yMax, 'as the curves need')}
      ${this.#number('Smoothing', 'smoothing', own.smoothing, `as all charts: ${this.view.smoothing}`)}
      <p class="problem" id="problem" role="alert" data-testid="chart-settings-problem">${[...new Set(problems)].join(' ')}</p>
      <button data-testid="chart-settings-reset" ?disabled=${Object.keys(own).length === 0 && problems.length === 0} @click=${this.#reset}>
        As all charts
      </button>
    </div>`;
  }

  override firstUpdated(): void {
    const panel = this.renderRoot.querySelector<HTMLElement>('[popover]');
    panel?.showPopover();
    panel?.querySelector<HTMLElement>('select')?.focus();
  }

  #own(): ChartSettings {
    return this.view.charts.get(this.metric) ?? {};
  }

  #axis(text: string, key: 'xLog' | 'yLog', own: boolean | undefined, all: boolean): TemplateResult {
    const choices: [string, string, boolean | undefined][] = [
      ['', `As all charts: ${all ? 'log' : 'linear'}`, undefined],
      ['linear', 'Linear', false],
      ['log', 'Logarithmic', true],
    ];
    return html`<label>
      <span>${text}</span>
      <select
        data-testid=${`own-${key}`}
        @change=${(event: Event) => this.#choose({ [key]: choices.find(([value]) => value === (event.target as HTMLSelectElement).value)?.[2] })}
      >
        ${choices.map(([value, name, meaning]) => html`<option value=${value} ?selected=${own === meaning}>${name}</option>`)}
      </select>
    </label>`;
  }

  #number(text: string, key: NumberKey, own: number | undefined, otherwise: string): TemplateResult {
    const refused = this.typed[key];
    return html`<label>
      <span>${text}</span>
      <input
        type="text"
        inputmode="decimal"
        autocomplete="off"
        data-testid=${`own-${key}`}
        placeholder=${otherwise}
        title=${key === 'smoothing' ? `From 0 to ${MOST_SMOOTHING}` : nothing}
        aria-invalid=${refused ? 'true' : nothing}
        aria-describedby=${refused ? 'problem' : nothing}
        .value=${refused?.text ?? (own === undefined ? '' : String(own))}
        @change=${(event: Event) => this.#type(key, (event.target as HTMLInputElement).value)}
      />
    </label>`;
  }

  #type(key: NumberKey, text: string): void {
    const number = typedNumber(text);
    if ('problem' in number) this.typed = { ...this.typed, [key]: { text, problem: number.problem } };
    else this.#choose({ [key]: number.value }, { key, text });
  }

  /** What was typed before and refused is tried again with every change: it may have been the other field that was wrong. */
  #choose(change: { [Key in keyof ChartSettings]: ChartSettings[Key] | undefined }, from?: { key: NumberKey; text: string }): void {
    const fields = new Map<NumberKey, string>(Object.entries(this.typed).map(([key, { text }]) => [key as NumberKey, text]));
    if (from) fields.set(from.key, from.text);
    this.typed = {};
    this.#take(change, from);
    for (const [key, text] of fields) {
      const number = typedNumber(text);
      if (key === from?.key) continue;
      if ('problem' in number) this.typed = { ...this.typed, [key]: { text, problem: number.problem } };
      else this.#take({ [key]: number.value }, { key, text });
    }
  }

  #take(change: { [Key in keyof ChartSettings]: ChartSettings[Key] | undefined }, from?: { key: NumberKey; text: string }): void {
    const charts = withOwn(this.view.charts, this.metric, change);
    const own = charts.get(this.metric) ?? {};
    const problem = settingsProblem(own, own.yLog ?? this.view.yLog);
    if (problem && from) this.typed = { ...this.typed, [from.key]: { text: from.text, problem } };
    // An end that a logarithmic axis does not have is left out by the chart, which says so.
    else {
      this.view = { ...this.view, charts };
      emitIntent(this, { type: 'view', change: { charts } });
    }
  }

  readonly #reset = (): void => {
    this.typed = {};
    emitIntent(this, { type: 'view', change: { charts: withoutOwn(this.view.charts, this.metric) } });
  };
}

customElements.define('entrenar-chart-settings', ChartSettingsPanel);
