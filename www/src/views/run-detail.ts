// Everything about one run: what it was set to, what it measured, what it left behind.

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { exactValue, formatAgo, formatBytes, formatDateTime, formatDuration, formatValue } from '../model/format';
import { listedMetrics } from '../model/judged-metrics';
import { summaryOf, type Trend } from '../model/metric-summary';
import { mlflowButtonText } from '../model/mlflow-progress';
import { shownKey } from '../model/names';
import { runDuration, runName, runStart, runState } from '../model/run-state';
import { formatSetting, settingsOf } from '../model/settings';
import { controls } from '../styles/controls';
import type { RunRecord } from '../tracker';
import { runDetailStyles } from './run-detail-styles';
import { runStatus, runStatusStyles } from './run-status';
import { lossText, lostPoints } from './series-problem';
import './tag-editor';
import { keyText, nameText, unseenStyles } from './unseen';

const TRENDS: Record<Trend, string> = { rising: '↗ rising', falling: '↘ falling', stable: '→ stable' };

export class RunDetail extends LitElement {
  static override properties = {
    snapshot: { attribute: false },
    renaming: { state: true },
  };
  static override styles = [controls, runStatusStyles, unseenStyles, runDetailStyles];

  declare snapshot: Snapshot;
  /** The run whose name is being changed: it stays that one whatever is opened meanwhile. */
  declare renaming: string | undefined;

  constructor() {
    super();
    this.renaming = undefined;
  }

  override willUpdate(): void {
    if (this.renaming !== undefined && this.renaming !== this.snapshot.detail?.run_id) this.renaming = undefined;
  }

  override render() {
    const run = this.snapshot.detail;
    if (!run) return nothing;
    return html`<article aria-label=${`Run ${runName(run)}`} data-testid="run-detail" data-run-id=${run.run_id}>
      <div class="heading">
        ${this.renaming === run.run_id ? this.#nameField(run) : html`<h2 title=${runName(run)}>${nameText(run, runName(run))}</h2>`} ${runStatus(run)}
        <div class="actions">${this.#actions(run)}</div>
      </div>
      <p class="label">
        ${run.run_id} · started ${formatDateTime(runStart(run))} · ${formatDuration(runDuration(run, this.snapshot.now_ms))}
        ${run.span_id ? html` · span <span class="number">${run.span_id}</span>` : nothing}
        ${run.unsaved_points > 0 ? html` · ${run.unsaved_points} points not yet written` : nothing}
      </p>
      ${
        runState(run) === 'interrupted'
          ? html`<p class="label" ?hidden=${this.snapshot.readOnly}>
            The tab that ran it is gone, last heard of ${formatAgo(run.heard_ms, this.snapshot.now_ms)}
            (${formatDateTime(run.heard_ms)}). What it had logged is kept; its own code can take it up again with
            <code>WasmRun.resume('${run.run_id}')</code>.
          </p>`
          : nothing
      }
      <div class="facts">
        ${facts('Settings', run.config)}
        ${this.snapshot.readOnly ? facts('Tags', run.tags) : html`<section><entrenar-tag-editor .run=${run}></entrenar-tag-editor></section>`}
        ${this.#artifacts(run)}
      </div>
      ${this.#metrics(run)}
    </article>`;
  }

  #actions(run: RunRecord): TemplateResult {
    return html`
      ${this.snapshot.readOnly ? nothing : this.#changes(run)}
      <button
        class="plain close"
        aria-label="Close the run's detail"
        @click=${() => emitIntent(this, { type: 'view', change: { run_id: undefined } })}
      >
        ✕
      </button>
    `;
  }

  #changes(run: RunRecord): TemplateResult {
    const { run_id } = run;
    return html`
      ${
        runState(run) === 'interrupted'
          ? html`<button data-testid="close-run" @click=${() => emitIntent(this, { type: 'close-run', run_id })}>Mark as cancelled</button>`
          : nothing
      }
      <button data-testid="open-mlflow" aria-haspopup="dialog" @click=${() => this.dispatchEvent(new CustomEvent('open-mlflow', { detail: run_id }))}>
        ${mlflowButtonText(this.snapshot.mlflow?.get(run_id)?.work)}
      </button>
      <button data-testid="rename" @click=${() => (this.renaming = this.renaming === run_id ? undefined : run_id)}>Rename</button>
      ${
        runState(run) !== 'running'
          ? html`<button class="danger" data-testid="delete-run" @click=${() => emitIntent(this, { type: 'delete-runs', run_ids: [run_id] })}>
            Delete
          </button>`
          : nothing
      }
    `;
  }

  #nameField(run: RunRecord): TemplateResult {
    const save = (event: Event) => {
      event.preventDefault();
      const name = (event.target as HTMLFormElement).querySelector('input')?.value.trim();
      if (name) emitIntent(this, { type: 'rename-run', run_id: run.run_id, name });
      this.renaming = undefined;
    };
    return html`<form class="rename" @submit=${save}>
      <input type="text" aria-label="New name" data-testid="rename-field" .value=${runName(run)} />
      <button type="submit">Save</button>
    </form>`;
  }

  #artifacts(run: RunRecord): TemplateResult | typeof nothing {
    const entries = Object.entries(run.artifacts);
    if (entries.length === 0) return nothing;
    return html`<section>
      <h3>Artifacts</h3>
      <ul>
        ${entries.map(
          ([key, { hash, size }]) =>
            html`<li>
              <button
                class="plain"
                title=${`SHA-256 ${hash}`}
                data-testid="artifact"
                @click=${() => emitIntent(this, { type: 'download-artifact', run_id: run.run_id, key })}
              >
                ↓ ${shownKey(key)}
              </button>
              <span class="label">${formatBytes(size)}</span>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  #metrics(run: RunRecord): TemplateResult | typeof nothing {
    if (run.metrics.length === 0) return nothing;
    const shown = listedMetrics(run, this.snapshot.allMetricsOf);
    const all = shown.length === run.metrics.length;
    const lost = shown.reduce((sum, { key }) => sum + lostPoints(run, key, this.snapshot.series.get(run.run_id, key)), 0);
    return html`${lost > 0 ? html`<p class="damaged" role="status" data-testid="damaged">${lossText(lost)}</p>` : nothing}
      <div class="metrics" tabindex="0" role="region" aria-label="Metrics of this run">
      <table>
        <thead>
          <tr>
            ${['Metric', 'Points', 'Last', 'Least', 'Greatest', 'Mean', 'Trend'].map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${shown.map((metric) => {
            const series = this.snapshot.series.get(run.run_id, metric.key);
            const summary = series && series.revision > 0 ? summaryOf(series.curve) : undefined;
            const number = (value: number | undefined) =>
              html`<td title=${value === undefined ? nothing : exactValue(value)}>${value === undefined ? '…' : formatValue(value)}</td>`;
            return html`<tr data-metric=${metric.key}>
              <th scope="row" title=${metric.key}>${keyText(metric.key)}</th>
              <td>${formatValue(metric.count)}</td>
              ${number(metric.last_value)} ${number(summary?.min)} ${number(summary?.max)} ${number(summary?.mean)}
              <td class="trend">${summary ? TRENDS[summary.trend] : '…'}</td>
            </tr>`;
          })}
        </tbody>
      </table>
      ${
        all
          ? nothing
          : html`<button class="plain" @click=${() => emitIntent(this, { type: 'show-all-metrics', run_id: run.run_id })}>Show all ${run.metrics.length} metrics</button>`
      }
    </div>`;
  }
}

function facts(title: string, entries: object | undefined): TemplateResult | typeof nothing {
  const list = settingsOf(entries, true);
  if (list.length === 0) return nothing;
  return html`<section>
    <h3>${title}</h3>
    <dl>${list.map(({ key, value }) => html`<dt>${keyText(key)}</dt><dd>${formatSetting(value)}</dd>`)}</dl>
  </section>`;
}

customElements.define('entrenar-run-detail', RunDetail);
