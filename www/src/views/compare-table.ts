// The selected runs side by side: settings, tags, and the best and last values of their metrics.

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { runStroke } from '../model/chosen-colors';
import { shownKey } from '../model/names';
import { saveFile } from '../save-file';
import { controls } from '../styles/controls';
import { compareCsv, type Section } from './compare-csv';
import { bestRows, lastRows, settingRows, tagRows } from './compare-rows';
import { swatch, swatchStyles } from './swatch';

interface ShownSection extends Section {
  /** Whether its values were measured, not chosen. */
  measured: boolean;
}

export class CompareTable extends LitElement {
  static override properties = { snapshot: { attribute: false }, dark: { type: Boolean } };
  static override styles = [
    controls,
    swatchStyles,
    css`
      .options,
      .options label {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .options {
        margin-bottom: 12px;
        font-size: 13px;
      }
      .scroll {
        overflow: auto;
        max-height: 82vh;
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
        min-width: 7.5em;
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
        min-width: 11em;
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
      thead th {
        position: sticky;
        top: 0;
        z-index: 1;
        background: var(--surface);
      }
      thead th:first-child {
        z-index: 2;
      }
      .few-lines {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
      }
      .swatch {
        display: inline-block;
        margin-right: 7px;
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
    const { selected, view, labels } = this.snapshot;
    if (selected.length === 0) return html`<p class="none">Tick runs in the table to compare them here.</p>`;
    return html`
      <div class="options">
        <label>
          <input
            type="checkbox"
            data-testid="differences-only"
            .checked=${view.differencesOnly}
            @change=${(event: Event) =>
              emitIntent(this, { type: 'view', change: { differencesOnly: (event.target as HTMLInputElement).checked } })}
          />
          Only what differs
        </label>
        <button class="plain" data-testid="compare-csv" title="What is shown, with values in full" @click=${this.#saveCsv}>CSV</button>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label="Selected runs side by side" data-testid="compare">
        <table>
          <thead>
            <tr>
              <th scope="col"><span class="visually-hidden">What</span></th>
              ${selected.map(
                (run) =>
                  html`<th scope="col" title=${labels.get(run.run_id)?.whole ?? nothing}>
                    <span class="few-lines">${swatch(runStroke(this.snapshot, run.run_id, this.dark))}${labels.get(run.run_id)?.short}</span>
                  </th>`,
              )}
            </tr>
          </thead>
          ${this.#sections().map((section) => this.#body(section))}
        </table>
      </div>
    `;
  }

  /** What is shown: of each section at least one row. */
  #sections(): ShownSection[] {
    const { view, selected, series } = this.snapshot;
    const all = [
      { title: 'Settings', rows: settingRows(selected), measured: false },
      { title: 'Tags', rows: tagRows(selected), measured: false },
      { title: 'Best values', rows: bestRows(selected, series), measured: true },
      { title: 'Last values', rows: lastRows(selected), measured: true },
    ];
    const shown = all.map((section) => ({ ...section, rows: section.rows.filter((row) => row.differs || !view.differencesOnly) }));
    return shown.filter(({ rows }) => rows.length > 0);
  }

  readonly #saveCsv = (): void => {
    saveFile(new Blob([compareCsv(this.snapshot.selected, this.#sections())], { type: 'text/csv' }), 'comparison.csv');
  };

  /** Measured values nearly always differ: only of what was chosen it is worth pointing out. */
  #body({ title, rows, measured }: ShownSection): TemplateResult {
    return html`<tbody>
      <tr>
        <th class="section" scope="rowgroup" colspan=${this.snapshot.selected.length + 1}>${title}</th>
      </tr>
      ${rows.map(
        (row) =>
          html`<tr>
            <th scope="row" title=${row.key}><span class="few-lines">${shownKey(row.key)}</span></th>
            ${row.cells.map(
              (cell, i) =>
                html`<td
                  class=${[row.differs && !measured ? 'different' : '', row.best === i ? 'best' : ''].join(' ')}
                  title=${cell.exact ?? nothing}
                >
                  ${cell.text}
                </td>`,
            )}
          </tr>`,
      )}
    </tbody>`;
  }
}

customElements.define('entrenar-compare-table', CompareTable);
