// How tall charts are, how many stand beside each other, and which groups are folded. Opens when it is put into the page.

import { css, html, LitElement, type TemplateResult } from 'lit';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { CHART_HEIGHTS, type ChartHeight, type Layout, MOST_COLUMNS } from '../model/layout';
import { arrangeMetrics, groupPaths, metricKeys } from '../model/metric-groups';
import { controls } from '../styles/controls';
import { placePopover, popoverStyles, popoverToggled } from './popover';

const HEIGHTS: Record<ChartHeight, string> = { small: 'Low', medium: 'Medium', large: 'Tall' };

export class ChartLayoutPanel extends LitElement {
  static override properties = { snapshot: { attribute: false }, anchor: { attribute: false } };
  static override styles = [
    controls,
    popoverStyles,
    css`
      [popover] {
        width: min(270px, calc(100vw - 24px));
      }
      label {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 12px;
        margin-bottom: 8px;
      }
      select {
        width: 140px;
      }
      .groups {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
    `,
  ];

  declare snapshot: Snapshot;
  declare anchor: HTMLElement;

  override render() {
    const { chartHeight, chartColumns, folded } = this.snapshot.layout;
    const paths = groupPaths(arrangeMetrics(metricKeys(this.snapshot.selected), this.snapshot.layout).groups);
    const columns = Array.from({ length: MOST_COLUMNS }, (_, i) => [String(i + 1), String(i + 1)] as const);
    return html`<div
      popover
      role="dialog"
      aria-label="Layout of the charts"
      data-testid="chart-layout-panel"
      @beforetoggle=${(event: ToggleEvent) => placePopover(event, this.anchor, 270)}
      @toggle=${(event: ToggleEvent) => popoverToggled(event, this, this.anchor)}
    >
      ${this.#choice(
        'Height',
        'chart-height',
        CHART_HEIGHTS.map((height) => [height, HEIGHTS[height]]),
        chartHeight,
        (value) => this.#lay({ chartHeight: value as ChartHeight }),
      )}
      ${this.#choice('Side by side', 'chart-columns', [['0', 'As many as fit'], ...columns], String(chartColumns), (value) =>
        this.#lay({ chartColumns: Number(value) }),
      )}
      <div class="groups">
        <button data-testid="fold-all" ?disabled=${paths.every((path) => folded.includes(path))} @click=${() => this.#lay({ folded: paths })}>
          Fold all groups
        </button>
        <button data-testid="unfold-all" ?disabled=${folded.length === 0} @click=${() => this.#lay({ folded: [] })}>Unfold all</button>
      </div>
    </div>`;
  }

  override firstUpdated(): void {
    const panel = this.renderRoot.querySelector<HTMLElement>('[popover]');
    panel?.showPopover();
    panel?.querySelector<HTMLElement>('select')?.focus();
  }

  #choice(
    text: string,
    name: string,
    choices: readonly (readonly [string, string])[],
    chosen: string,
    choose: (value: string) => void,
  ): TemplateResult {
    return html`<label>
      <span>${text}</span>
      <select data-testid=${name} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
        ${choices.map(([value, words]) => html`<option value=${value} ?selected=${value === chosen}>${words}</option>`)}
      </select>
    </label>`;
  }

  #lay(change: Partial<Layout>): void {
    emitIntent(this, { type: 'layout', change });
  }
}

customElements.define('entrenar-chart-layout', ChartLayoutPanel);
