// The charts of the selected runs, one per metric, in groups that fold.

import { css, html, LitElement, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ChartSync } from '../chart/chart-sync';
import type { Snapshot } from '../controller/snapshot';
import { groupMetrics, type MetricGroup, metricKeys } from '../model/metric-groups';
import { metricFilter } from '../model/metric-query';
import { controls } from '../styles/controls';
import './metric-chart';

export class ChartGrid extends LitElement {
  static override properties = {
    snapshot: { attribute: false },
    sync: { attribute: false },
    dark: { type: Boolean },
    folded: { state: true },
  };
  static override styles = [
    controls,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      section + section {
        margin-top: 20px;
      }
      h3 {
        margin-bottom: 8px;
        font-size: 13px;
      }
      h3 button {
        margin-left: -6px;
        color: var(--ink);
        font-size: 14px;
        font-weight: 650;
      }
      h3 button::before {
        content: '▾';
        width: 0.9em;
        color: var(--ink-soft);
      }
      h3 button[aria-expanded='false']::before {
        content: '▸';
      }
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr));
        gap: 12px;
      }
      .grid entrenar-metric-chart {
        min-height: 284px;
        content-visibility: auto;
        contain-intrinsic-size: auto 284px;
      }
      .none {
        padding: 40px 16px;
        border: 1px dashed var(--line);
        border-radius: var(--radius);
        color: var(--ink-soft);
        text-align: center;
      }
    `,
  ];

  declare snapshot: Snapshot;
  declare sync: ChartSync;
  declare dark: boolean;
  declare folded: ReadonlySet<string>;

  constructor() {
    super();
    this.folded = new Set();
  }

  override render() {
    const { selected, runs, view } = this.snapshot;
    const wanted = view.metricQuery.trim();
    const keys = metricKeys(selected).filter(metricFilter(wanted));
    if (keys.length === 0) return html`<p class="none">${this.#explain(selected.length, runs.length, wanted)}</p>`;
    const groups = groupMetrics(keys);
    return repeat(
      groups,
      (group) => group.prefix,
      (group) => html`<section>
        ${groups.length > 1 || group.prefix ? this.#heading(group) : html`<h3 class="visually-hidden">Metrics</h3>`}
        ${
          this.folded.has(group.prefix)
            ? nothing
            : html`<div class="grid">
              ${repeat(
                group.keys,
                (key) => key,
                (key) =>
                  html`<entrenar-metric-chart
                    .metric=${key}
                    .snapshot=${this.snapshot}
                    .sync=${this.sync}
                    .dark=${this.dark}
                  ></entrenar-metric-chart>`,
              )}
            </div>`
        }
      </section>`,
    );
  }

  #heading(group: MetricGroup) {
    return html`<h3>
      <button class="plain" aria-expanded=${!this.folded.has(group.prefix)} @click=${() => this.#fold(group.prefix)}>
        ${group.prefix || 'Other metrics'} <span class="label">${group.keys.length}</span>
      </button>
    </h3>`;
  }

  #explain(selected: number, runs: number, wanted: string): string {
    if (wanted) return `No metric of the selected runs is called anything like “${wanted}”.`;
    if (runs === 0) return 'This experiment has no runs yet.';
    if (selected === 0) return 'Tick runs in the table to see their metrics here.';
    return 'The selected runs have logged nothing yet.';
  }

  #fold(prefix: string): void {
    const folded = new Set(this.folded);
    if (!folded.delete(prefix)) folded.add(prefix);
    this.folded = folded;
  }
}

customElements.define('entrenar-chart-grid', ChartGrid);
