// The experiment's runs: find, sort, choose. Emits intents; the rows come filtered and sorted.

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ChartSync } from '../chart/chart-sync';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { runStroke } from '../model/chosen-colors';
import { exactValue, formatAgo, formatDateTime, formatDuration, formatValues } from '../model/format';
import { shownKey } from '../model/names';
import type { RunStroke } from '../model/run-colors';
import { lastValue } from '../model/run-filter';
import { labelRuns, type RunLabel } from '../model/run-labels';
import { runDuration, runName, runStart, runState, STATE_LABELS } from '../model/run-state';
import { runsCsv } from '../model/runs-csv';
import { saveFile } from '../save-file';
import { controls } from '../styles/controls';
import type { RunRecord } from '../tracker';
import './column-chooser';
import { runFilters } from './run-filters';
import { runStatus, runStatusStyles } from './run-status';
import { runTableStyles } from './run-table-styles';
import { swatch, swatchStyles } from './swatch';
import { nameText, unseenStyles } from './unseen';

interface Value {
  text: string;
  value: number | undefined;
}

export class RunTable extends LitElement {
  static override properties = {
    snapshot: { attribute: false },
    sync: { attribute: false },
    dark: { type: Boolean },
    picking: { state: true },
  };
  static override styles = [controls, runStatusStyles, swatchStyles, unseenStyles, runTableStyles];

  declare snapshot: Snapshot;
  declare sync: ChartSync;
  declare dark: boolean;
  /** The run whose colour is being chosen. */
  declare picking: string | undefined;

  override render() {
    const { runs, listed, selected, view, columns } = this.snapshot;
    const chosen = new Set(selected.map((run) => run.run_id));
    const values = this.#values();
    const labels = labelRuns(listed, false);
    return html`
      <div class="heading">
        <h2>Runs <span class="count">${runs.length}</span></h2>
        <div class="actions">
          ${this.#bulk(chosen)}
          ${runs.some((run) => run.metrics.length > 0) ? html`<entrenar-column-chooser .snapshot=${this.snapshot}></entrenar-column-chooser>` : nothing}
          <button class="plain" data-testid="runs-csv" title="The runs that are listed, with settings, tags and last values in full" @click=${this.#saveCsv}>CSV</button>
          <button class="plain widen" aria-pressed=${view.wideTable} data-testid="wide-table" title="The table above the charts, with all its columns" @click=${() => this.#view({ wideTable: !view.wideTable })}>
            ${view.wideTable ? 'Beside the charts' : 'Wide'}
          </button>
        </div>
      </div>
      ${runs.length > 1 || view.query || view.states.length > 0 ? runFilters(this.snapshot, (change) => this.#view(change)) : nothing}
      <div class="scroll" tabindex="0" role="region" aria-label="Table of runs">
        <table>
          <thead>
            <tr>
              <th class="pick">
                <input
                  type="checkbox"
                  aria-label="Show all listed runs"
                  .checked=${listed.length > 0 && listed.every((run) => chosen.has(run.run_id))}
                  .indeterminate=${listed.some((run) => chosen.has(run.run_id)) && !listed.every((run) => chosen.has(run.run_id))}
                  @change=${this.#toggleAll}
                />
              </th>
              ${this.#header('name', 'Run')} ${this.#header('state', 'Status', 'wide')} ${this.#header('start', 'Started', 'wide')}
              ${this.#header('duration', 'Duration', 'wide')}
              ${columns.map((key) => this.#header(`value:${key}`, shownKey(key), 'value'))}
            </tr>
          </thead>
          <tbody @pointerover=${this.#pointed} @pointerleave=${this.#unpointed}>
            ${repeat(
              listed,
              (run) => run.run_id,
              (run, i) => this.#row(run, chosen.has(run.run_id), values[i]!, labels.get(run.run_id)!),
            )}
          </tbody>
        </table>
        ${
          listed.length === 0 && runs.length > 0
            ? html`<p class="none">No run matches. <button class="plain" @click=${this.#clear}>Clear the filter</button></p>`
            : nothing
        }
      </div>
      ${this.#picker()}
    `;
  }

  /** The last values of every listed run; those of one column are told apart. */
  #values(): Value[][] {
    const { listed, columns } = this.snapshot;
    const byColumn = columns.map((key) => {
      const values = listed.map((run) => lastValue(run, key));
      const texts = formatValues(values);
      return values.map((value, i) => ({ value, text: texts[i]! }));
    });
    return listed.map((_, i) => byColumn.map((column) => column[i]!));
  }

  #row(run: RunRecord, shown: boolean, values: readonly Value[], label: RunLabel): TemplateResult {
    const { now_ms, view } = this.snapshot;
    const stroke = shown ? runStroke(this.snapshot, run.run_id, this.dark) : undefined;
    const started = formatAgo(runStart(run), now_ms);
    const took = formatDuration(runDuration(run, now_ms));
    const state = runState(run);
    const tags = Object.entries(run.tags).map(([key, value]) => `${key}: ${value}`);
    return html`<tr
      data-testid="run-row"
      data-run-id=${run.run_id}
      data-status=${run.interrupted ? 'interrupted' : run.status}
      aria-current=${view.run_id === run.run_id ? 'true' : nothing}
    >
      <td class="pick">
        <input
          type="checkbox"
          .style=${stroke ? `--run: ${stroke.color}` : ''}
          aria-label=${`Show ${runName(run)} in the charts`}
          .checked=${shown}
          @change=${() => emitIntent(this, { type: 'toggle-run', run_id: run.run_id })}
        />
      </td>
      <th scope="row" class="name">
        <div class="line">
          ${stroke ? this.#colorButton(run, stroke) : nothing}
          <span class="mini">${runStatus(run, true)}</span>
          <button
            class="plain open"
            title=${[runName(run), run.run_id, STATE_LABELS[state], started, took, ...tags].join('\n')}
            aria-label=${label.short === label.whole && label.short !== run.run_id ? nothing : label.whole}
            @click=${() => this.#open(run)}
          >${nameText(run, label.short)}</button>
        </div>
        <div class="under">
          ${runName(run) !== run.run_id ? html`<span class="wide">${run.run_id}</span>` : nothing}
          ${tags.map((tag) => html`<span class="tag" title=${tag}>${tag}</span>`)}
        </div>
      </th>
      <td class="wide" title=${state === 'interrupted' ? `Last heard of ${formatAgo(run.heard_ms, now_ms)}` : nothing}>${runStatus(run)}</td>
      <td class="wide" title=${formatDateTime(runStart(run))}>${started}</td>
      <td class="wide number">${took}</td>
      ${values.map(({ text, value }) => html`<td class="value number" title=${value === undefined ? nothing : exactValue(value)}>${text}</td>`)}
    </tr>`;
  }

  #colorButton(run: RunRecord, stroke: RunStroke): TemplateResult {
    return html`<button
      class="plain color"
      data-testid="run-color"
      title="Choose its colour"
      aria-label="Colour"
      aria-description=${runName(run)}
      aria-haspopup="dialog"
      aria-expanded=${this.picking === run.run_id}
      @click=${() => this.#pick(run.run_id)}
    >${swatch(stroke)}</button>`;
  }

  /** What few open is loaded when it is opened. */
  async #pick(run_id: string): Promise<void> {
    await import('./color-picker');
    this.picking = run_id;
  }

  #picker(): TemplateResult | typeof nothing {
    const run = this.snapshot.selected.find(({ run_id }) => run_id === this.picking);
    const anchor = this.renderRoot.querySelector<HTMLElement>(`tr[data-run-id="${CSS.escape(this.picking ?? '')}"] .color`);
    if (!run || !anchor) return nothing;
    return html`<entrenar-color-picker
      .run_id=${run.run_id}
      .name=${runName(run)}
      .chosen=${this.snapshot.colors.get(run.run_id)}
      .color=${runStroke(this.snapshot, run.run_id, this.dark).color}
      .dark=${this.dark}
      .anchor=${anchor}
      @closed=${() => (this.picking = undefined)}
      @solo-run=${() => this.sync.toggleSolo(run.run_id)}
    ></entrenar-color-picker>`;
  }

  #header(by: string, text: string, className = ''): TemplateResult {
    const { sort } = this.snapshot.view;
    const direction = sort.by !== by ? 'none' : sort.descending ? 'descending' : 'ascending';
    return html`<th scope="col" class=${className} aria-sort=${direction}>
      <button class="plain sort" title=${text} @click=${() => this.#sort(by)}>
        <span class="text">${text}</span><span class="arrow" aria-hidden="true"></span>
      </button>
    </th>`;
  }

  #bulk(chosen: ReadonlySet<string>): TemplateResult | typeof nothing {
    const { selected, view, readOnly } = this.snapshot;
    if (readOnly || chosen.size === 0 || !view.selection) return nothing;
    const run_ids = selected.filter((run) => runState(run) !== 'running').map((run) => run.run_id);
    if (run_ids.length === 0) return nothing;
    return html`<button
      class="plain danger"
      data-testid="delete-selected"
      @click=${() => emitIntent(this, { type: 'delete-runs', run_ids })}
    >
      <span>Delete ${run_ids.length === 1 ? 'selected run' : html`${run_ids.length}<span class="word"> selected</span>`}</span>
    </button>`;
  }

  readonly #saveCsv = (): void => {
    saveFile(new Blob([runsCsv(this.snapshot.listed)], { type: 'text/csv' }), `${this.snapshot.experiment?.name ?? 'runs'}.csv`);
  };

  #view(change: Partial<Snapshot['view']>): void {
    emitIntent(this, { type: 'view', change });
  }

  #open(run: RunRecord): void {
    this.#view({ run_id: this.snapshot.view.run_id === run.run_id ? undefined : run.run_id } as Partial<Snapshot['view']>);
  }

  #sort(by: string): void {
    const { sort } = this.snapshot.view;
    this.#view({ sort: { by, descending: sort.by === by ? !sort.descending : by !== 'name' } });
  }

  #toggleAll(event: Event): void {
    const listed = this.snapshot.listed.map((run) => run.run_id);
    const others = this.snapshot.selected.map((run) => run.run_id).filter((id) => !listed.includes(id));
    const all = (event.target as HTMLInputElement).checked;
    this.#view({ selection: all ? [...others, ...listed] : others, follow: false });
  }

  readonly #pointed = (event: Event): void => {
    this.sync.emphasise((event.target as Element).closest('tr')?.dataset.runId);
  };

  readonly #unpointed = (): void => this.sync.emphasise(undefined);

  readonly #clear = () => this.#view({ query: '', states: [] });
}

customElements.define('entrenar-run-table', RunTable);
