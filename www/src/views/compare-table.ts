// The selected runs side by side: settings, tags, and the last value of every metric with the best one marked.

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { formatSetting, formatValue } from '../model/format';
import { metricKeys } from '../model/metric-groups';
import { lastValue } from '../model/run-filter';
import { runStroke } from '../model/run-colors';
import { runName } from '../model/run-state';
import { controls } from '../styles/controls';

interface Row {
  key: string;
  cells: readonly string[];
  best?: number;
}

export class CompareTable extends LitElement {
  static override properties = { snapshot: { attribute: false }, dark: { type: Boolean } };
  static override styles = [
    controls,
    css`
      .options {
        display: flex;
        align-items: center;
        gap: 8px;
        margin-bottom: 12px;
        font-size: 13px;
      }
      .scroll {
        overflow: auto;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
      }
      table {
        min-width: 100%;
        border-collapse: collapse;
        font-size: 13px;
      }
      th,
      td {
        max-width: 22em;
        padding: 5px 12px;
        border-top: 1px solid var(--line);
        font-weight: 400;
        overflow-wrap: anywhere;
        text-align: left;
        vertical-align: top;
      }
      thead th {
        border-top: 0;
        font-weight: 600;
      }
      tbody th {
        color: var(--ink-soft);
      }
      th:first-child {
        position: sticky;
        left: 0;
        background: var(--surface);
      }
      .section {
        padding-top: 14px;
        color: var(--ink);
        font-weight: 600;
      }
      td {
        font-family: var(--mono);
        font-size: 12px;
        line-height: 1.6;
      }
      td.different {
        background: var(--accent-wash);
      }
      td.best::after {
        content: ' best';
        color: var(--good);
        font-family: var(--sans);
        font-weight: 600;
      }
      .swatch {
        display: inline-block;
        width: 10px;
        height: 10px;
        margin-right: 7px;
        border-radius: 3px;
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
  declare dark: boolean;

  override render() {
    const { selected, view } = this.snapshot;
    if (selected.length === 0) return html`<p class="none">Tick runs in the table to compare them here.</p>`;
    return html`
      <label class="options">
        <input
          type="checkbox"
          data-testid="differences-only"
          .checked=${view.differencesOnly}
          @change=${(event: Event) =>
            emitIntent(this, { type: 'view', change: { differencesOnly: (event.target as HTMLInputElement).checked } })}
        />
        Only what differs
      </label>
      <div class="scroll" tabindex="0" role="region" aria-label="Selected runs side by side" data-testid="compare">
        <table>
          <thead>
            <tr>
              <th scope="col"><span class="visually-hidden">What</span></th>
              ${selected.map(
                (run) =>
                  html`<th scope="col">
                    <span class="swatch" .style=${`background: ${runStroke(run.run_id, this.dark).color}`}></span>${runName(run)}
                  </th>`,
              )}
            </tr>
          </thead>
          ${this.#section('Settings', this.#facts((run) => run.config ?? {}))} ${this.#section('Tags', this.#facts((run) => run.tags))}
          ${this.#section('Last values', this.#values())}
        </table>
      </div>
    `;
  }

  #section(title: string, rows: readonly Row[]): TemplateResult | typeof nothing {
    const { view, selected } = this.snapshot;
    const differing = (row: Row) => new Set(row.cells).size > 1;
    const shown = view.differencesOnly ? rows.filter(differing) : rows;
    if (shown.length === 0) return nothing;
    return html`<tbody>
      <tr>
        <th class="section" scope="rowgroup" colspan=${selected.length + 1}>${title}</th>
      </tr>
      ${shown.map(
        (row) =>
          html`<tr>
            <th scope="row">${row.key}</th>
            ${row.cells.map(
              (cell, i) =>
                html`<td class=${[differing(row) && row.best === undefined ? 'different' : '', row.best === i ? 'best' : ''].join(' ')}>
                  ${cell}
                </td>`,
            )}
          </tr>`,
      )}
    </tbody>`;
  }

  #facts(of: (run: Snapshot['selected'][number]) => Record<string, unknown>): Row[] {
    const { selected } = this.snapshot;
    const keys = new Set(selected.flatMap((run) => Object.keys(of(run))));
    return [...keys].map((key) => ({
      key,
      cells: selected.map((run) => (Object.hasOwn(of(run), key) ? formatSetting(of(run)[key]) : '–')),
    }));
  }

  #values(): Row[] {
    const { selected } = this.snapshot;
    return metricKeys(selected).map((key) => {
      const values = selected.map((run) => lastValue(run, key));
      const best = bestOf(key, values);
      return {
        key,
        cells: values.map((value) => (value === undefined ? '–' : formatValue(value))),
        ...(best !== undefined && { best }),
      };
    });
  }
}

/** Where the best value is: the least of a loss or an error, the greatest of a score; of other metrics, unknown. */
function bestOf(key: string, values: readonly (number | undefined)[]): number | undefined {
  const sign = /loss|err|perplexity|mse|mae/i.test(key) ? -1 : /acc|score|auc|f1|reward|precision|recall/i.test(key) ? 1 : 0;
  const finite = values.filter((value) => value !== undefined && Number.isFinite(value));
  if (sign === 0 || finite.length < 2) return undefined;
  let best: number | undefined;
  values.forEach((value, i) => {
    if (value === undefined || !Number.isFinite(value)) return;
    if (best === undefined || sign * value > sign * values[best]!) best = i;
  });
  return best;
}

customElements.define('entrenar-compare-table', CompareTable);
