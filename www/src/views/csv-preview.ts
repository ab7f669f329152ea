// A CSV file that was chosen: its first rows, and which column is read as what.

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { ChosenCsv } from '../controller/csv-choice';
import { emitIntent } from '../controller/intents';
import { columnOf, mayBeMetric, nameable, roleName, SINGLE_ROLES, type SingleRole, shapeText } from '../model/csv-columns';
import { controls } from '../styles/controls';
import { csvPreviewStyles } from './csv-preview-styles';

/** So much of a file is shown. */
const MOST_ROWS = 8;
const MOST_COLUMNS = 40;
/** So many columns can be chosen from. */
const MOST_CHOICES = 500;

export class CsvPreviewTable extends LitElement {
  static override properties = { chosen: { attribute: false }, busy: { type: Boolean } };
  static override styles = [controls, csvPreviewStyles];

  declare chosen: ChosenCsv;
  /** Another file is being written or read. */
  declare busy: boolean;

  override render() {
    const { file, preview } = this.chosen;
    return html`<section aria-labelledby="csv" data-testid="csv-preview">
      <h4 id="csv">“${file.name}”</h4>
      <div class="roles">${(Object.keys(SINGLE_ROLES) as SingleRole[]).map((role) => this.#role(role))}</div>
      <p class="label" role="status" data-testid="csv-shape">${shapeText(preview)}</p>
      ${preview.problem ? html`<p class="bad" role="alert" data-testid="csv-problem">${preview.problem}</p>` : nothing}
      ${this.#table()}
      <div class="line">
        <button class="primary" data-testid="import-csv" ?disabled=${this.busy || preview.problem !== undefined} @click=${() => emitIntent(this, { type: 'import-csv' })}>
          Import
        </button>
        <button data-testid="dismiss-csv" @click=${() => emitIntent(this, { type: 'dismiss-csv' })}>Cancel</button>
      </div>
    </section>`;
  }

  #role(role: SingleRole): TemplateResult {
    const { preview } = this.chosen;
    const { name, none } = SINGLE_ROLES[role];
    const at = columnOf(preview, role);
    const choices = nameable(preview, MOST_CHOICES);
    const column = preview.columns[at];
    // The one that is read so can always be seen, wherever in the file it is.
    if (column && !choices.some(({ index }) => index === at)) choices.push({ index: at, name: column.name });
    const choose = (event: Event) =>
      emitIntent(this, { type: 'choose-column', choice: { role, index: Number((event.target as HTMLSelectElement).value) } });
    return html`<label>
      <span class="label">${name}</span>
      <select data-testid=${`csv-${role}`} @change=${choose}>
        <option value="-1" .selected=${at === -1}>${none}</option>
        ${choices.map(({ index, name }) => html`<option value=${index} .selected=${index === at}>${name || '(no name)'}</option>`)}
      </select>
    </label>`;
  }

  #table(): TemplateResult {
    const { file, preview } = this.chosen;
    const columns = preview.columns.slice(0, MOST_COLUMNS);
    const more = preview.columns.length - columns.length;
    return html`<div class="scrolled" role="region" tabindex="0" aria-label=${`The first rows of “${file.name}”`}>
        <table>
          <thead>
            <tr>${columns.map(({ name }) => html`<th scope="col">${name || '(no name)'}</th>`)}</tr>
            <tr>${columns.map((_, index) => html`<td>${this.#readAs(index)}</td>`)}</tr>
          </thead>
          <tbody>
            ${preview.rows.slice(0, MOST_ROWS).map((row) => html`<tr>${columns.map((_, index) => html`<td>${row[index]?.slice(0, 60)}</td>`)}</tr>`)}
          </tbody>
        </table>
      </div>
      ${more > 0 ? html`<p class="label">and ${more} more columns</p>` : nothing}`;
  }

  /** What a column is read as; what may be a metric can be left out, and the other way round. */
  #readAs(index: number): TemplateResult {
    const { preview } = this.chosen;
    const column = preview.columns[index];
    const isMetric = column?.role === 'metric';
    if (!mayBeMetric(preview, index)) return html`<span class=${column?.role ? 'role' : 'role out'}>${roleName(column?.role)}</span>`;
    // Where none were a metric, those that hold numbers would be found again.
    const isLast = isMetric && preview.columns.filter(({ role }) => role === 'metric').length === 1;
    const choose = (event: Event) =>
      emitIntent(this, { type: 'choose-column', choice: { role: 'metric', index, isMetric: (event.target as HTMLInputElement).checked } });
    return html`<label class=${isMetric ? 'role' : 'role out'}>
      <input type="checkbox" .checked=${isMetric} ?disabled=${isLast} aria-label=${`“${column?.name}” is a metric`} @change=${choose} />
      ${roleName(column?.role)}
    </label>`;
  }
}

customElements.define('entrenar-csv-preview', CsvPreviewTable);
