// The charts of the selected runs, one per metric, in groups that nest, fold, and can be pinned.

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ChartSync } from '../chart/chart-sync';
import { emitIntent, INTENT_EVENT, type Intent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { PLOT_PX } from '../model/layout';
import { arrangeMetrics, type MetricGroup, metricKeys } from '../model/metric-groups';
import { metricFilter } from '../model/metric-query';
import { controls } from '../styles/controls';
import { chartGridStyles } from './chart-grid-styles';
import './metric-chart';
import { pinButton, pinButtonStyles } from './pin-button';
import { Stills } from './stills';

/** Of the groups outside all others. */
const HEADING_LEVEL = 3;

export class ChartGrid extends LitElement {
  static override properties = {
    snapshot: { attribute: false },
    sync: { attribute: false },
    dark: { type: Boolean },
  };
  static override styles = [controls, pinButtonStyles, chartGridStyles];

  declare snapshot: Snapshot;
  declare sync: ChartSync;
  declare dark: boolean;
  /** What was pinned, or put back, and so goes elsewhere on the page: the focus goes with it. */
  #moved: { list: 'pinnedGroups' | 'pinnedCharts'; name: string } | undefined;

  readonly #stills = new Stills(() => this.renderRoot.querySelectorAll('entrenar-metric-chart'));

  readonly #size = new ResizeObserver(() => this.#stills.request());

  constructor() {
    super();
    this.addEventListener(INTENT_EVENT, (event) => {
      const { detail } = event as CustomEvent<Intent>;
      if (detail.type === 'toggle-name' && detail.list !== 'folded') this.#moved = { list: detail.list, name: detail.name };
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size.observe(this);
  }

  override render() {
    const { selected, runs, view, layout } = this.snapshot;
    const wanted = view.metricQuery.trim();
    const keys = metricKeys(selected).filter(metricFilter(wanted));
    if (keys.length === 0) return html`<p class="none">${this.#explain(selected.length, runs.length, wanted)}</p>`;
    const { pinned, groups } = arrangeMetrics(keys, layout);
    const one = pinned.length === 0 && groups.length === 1;
    return html`<div @still-missed=${() => this.#stills.request()} .style=${`--plot-height: ${PLOT_PX[layout.chartHeight]}px; --columns: ${layout.chartColumns}`}>
      ${
        pinned.length > 0
          ? html`<section data-testid="pinned-charts">
            <div class="head"><h3 class="heading">Pinned</h3></div>
            ${this.#charts(pinned, HEADING_LEVEL + 1)}
          </section>`
          : nothing
      }
      ${repeat(
        groups,
        ({ path }) => path,
        (group) =>
          one && group.path === ''
            ? html`<section><h3 class="visually-hidden">Metrics</h3>${this.#charts(group.keys, HEADING_LEVEL + 1)}</section>`
            : this.#group(group, HEADING_LEVEL),
      )}
    </div>`;
  }

  /** What is searched for is shown, folded or not. */
  #group(group: MetricGroup, level: number): TemplateResult {
    const { layout, view } = this.snapshot;
    const searched = view.metricQuery.trim() !== '';
    const open = searched || !layout.folded.includes(group.path);
    const title = html`<span class="path"><span class="above">${group.path.slice(0, group.path.length - group.name.length)}</span>${group.name || 'Other metrics'}</span>`;
    const count = html`<span class="label">${group.size}</span>`;
    return html`<section data-testid="metric-group" data-path=${group.path}>
      <div class="head">
        <div class="heading" role="heading" aria-level=${level} title=${group.path || nothing}>
          ${
            searched
              ? html`${title} ${count}`
              : html`<button class="plain fold" data-testid="fold" aria-expanded=${open} @click=${() => this.#fold(group.path)}>${title} ${count}</button>`
          }
        </div>
        ${group.path ? pinButton(`group ${group.path}`, layout.pinnedGroups.includes(group.path), () => this.#pin(group.path)) : nothing}
      </div>
      ${
        open
          ? html`${group.keys.length > 0 ? this.#charts(group.keys, level + 1) : nothing}
          ${repeat(
            group.groups,
            ({ path }) => path,
            (each) => this.#group(each, level + 1),
          )}`
          : nothing
      }
    </section>`;
  }

  #charts(keys: readonly string[], level: number): TemplateResult {
    return html`<div class=${this.snapshot.layout.chartColumns > 0 ? 'grid chosen' : 'grid'}>
      ${repeat(
        keys,
        (key) => key,
        (key) =>
          html`<entrenar-metric-chart
            .metric=${key}
            .level=${level}
            .snapshot=${this.snapshot}
            .sync=${this.sync}
            .dark=${this.dark}
          ></entrenar-metric-chart>`,
      )}
    </div>`;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stills.stop();
    this.#size.disconnect();
  }

  override updated(): void {
    this.#stills.request();
    const moved = this.#moved;
    if (!moved) return;
    this.#moved = undefined;
    if (moved.list === 'pinnedGroups') {
      const group = this.renderRoot.querySelector(`section[data-path="${CSS.escape(moved.name)}"]`);
      group?.querySelector<HTMLElement>('.pin')?.focus();
    } else {
      const chart = [...this.renderRoot.querySelectorAll('entrenar-metric-chart')].find(({ metric }) => metric === moved.name);
      void chart?.updateComplete.then(() => chart.renderRoot.querySelector<HTMLElement>('.pin')?.focus());
    }
  }

  #explain(selected: number, runs: number, wanted: string): string {
    if (wanted) return `No metric of the selected runs is called anything like “${wanted}”.`;
    if (runs === 0) return 'This experiment has no runs yet.';
    if (selected === 0) return 'Tick runs in the table to see their metrics here.';
    return 'The selected runs have logged nothing yet.';
  }

  #fold(name: string): void {
    emitIntent(this, { type: 'toggle-name', list: 'folded', name });
  }

  #pin(name: string): void {
    emitIntent(this, { type: 'toggle-name', list: 'pinnedGroups', name });
  }
}

customElements.define('entrenar-chart-grid', ChartGrid);

declare global {
  interface HTMLElementTagNameMap {
    'entrenar-chart-grid': ChartGrid;
  }
}
