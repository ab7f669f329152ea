// Files, out and in: a dialog that is open from the moment that it is put into the page until it says `closed`.

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { FileWork } from '../controller/file-work';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { type ExportChoice, type ExportScope, FILE_KINDS, type FileKind, fileName } from '../model/export-choice';
import { formatBytes } from '../model/format';
import { experimentName } from '../model/names';
import { canShare } from '../share-file';
import { controls } from '../styles/controls';
import './csv-preview';
import { dialogStyles } from './dialog-styles';
import { filesDialogStyles } from './files-dialog-styles';

export class FilesDialog extends LitElement {
  static override properties = { snapshot: { attribute: false }, choice: { state: true }, mlflow: { state: true } };
  static override styles = [controls, dialogStyles, filesDialogStyles];

  declare snapshot: Snapshot;
  declare choice: ExportChoice;
  /** What asks for a run of MLflow is there. */
  declare mlflow: boolean;
  /** The work that was shown last. */
  #shown: FileWork | undefined;

  constructor() {
    super();
    this.mlflow = false;
    this.choice = { scope: 'experiment', kind: 'jsonl', compress: false };
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  override updated(): void {
    const [before, work] = [this.#shown, this.snapshot.fileWork];
    this.#shown = work;
    if (!work || (before?.name === work.name && before.outcome === work.outcome)) return;
    // On a small screen it is below the fold.
    this.renderRoot.querySelector('.work')?.scrollIntoView({ block: 'nearest' });
    // The run has been opened behind it.
    if (before && work.opens && work.outcome === 'done' && work.losses.length === 0) this.renderRoot.querySelector('dialog')?.close();
  }

  override render() {
    const { fileWork } = this.snapshot;
    const busy = fileWork !== undefined && fileWork.outcome === undefined;
    return html`<dialog aria-labelledby="title" data-testid="files-dialog" @close=${this.#closed} @click=${this.#clicked}>
      <div class="inside">
        <h2 id="title">Files</h2>
        ${this.#export(busy)} ${this.#import(busy)}
        <div role="status" data-testid="file-work">${fileWork ? this.#work(fileWork) : nothing}</div>
        <form method="dialog"><button data-testid="files-close">Close</button></form>
      </div>
    </dialog>`;
  }

  #export(busy: boolean): TemplateResult | typeof nothing {
    const { experiment, experiments, runs, selected } = this.snapshot;
    if (!experiments.some((each) => each.run_count > 0)) return nothing;
    const { kind, compress } = this.choice;
    const all = experiments.reduce((sum, each) => sum + each.run_count, 0);
    return html`<section aria-labelledby="export">
      <h3 id="export">Export</h3>
      <fieldset>
        <legend class="label">Which runs</legend>
        ${selected.length > 0 ? this.#scope('selected', `Those in the charts (${selected.length})`) : nothing}
        ${experiment ? this.#scope('experiment', `All of “${experimentName(experiment)}” (${runs.length})`) : nothing}
        ${this.#scope('everything', `Everything in this browser (${all})`)}
      </fieldset>
      <label class="line">
        <span class="label">As</span>
        <select data-testid="export-kind" @change=${this.#chooseKind}>
          ${Object.entries(FILE_KINDS).map(([key, { name, note }]) => html`<option value=${key} ?selected=${key === kind}>${name}: ${note}</option>`)}
        </select>
      </label>
      <label class="line">
        <input type="checkbox" data-testid="export-compress" .checked=${compress && !FILE_KINDS[kind].packed} ?disabled=${FILE_KINDS[kind].packed}
          @change=${(event: Event) => this.#choose({ compress: (event.target as HTMLInputElement).checked })} />
        Compress it (gzip)
      </label>
      <div class="line">
        <button class="primary" data-testid="export" ?disabled=${busy} @click=${() => emitIntent(this, { type: 'export-runs', choice: this.choice })}>
          Save the file
        </button>
        ${
          // Where the browser shares nothing, saving is what there is.
          canShare(fileName(this.choice, undefined, new Date()))
            ? html`<button data-testid="share" ?disabled=${busy} @click=${() => emitIntent(this, { type: 'share-runs', choice: this.choice })}>Share the file</button>`
            : nothing
        }
      </div>
    </section>`;
  }

  #scope(scope: ExportScope, name: string): TemplateResult {
    return html`<label class="line">
      <input type="radio" name="scope" value=${scope} .checked=${this.choice.scope === scope} @change=${() => this.#choose({ scope })} />
      <span class="name">${name}</span>
    </label>`;
  }

  #import(busy: boolean): TemplateResult {
    return html`<section aria-labelledby="import">
      <h3 id="import">Import</h3>
      <p class="label" id="kinds">
        JSON Lines and reports of this tracker, CSV, TensorBoard’s event files or a zip file of them, compressed by gzip or not. A file may also be
        dropped anywhere on this page. All of its runs are imported, or none. Of a CSV file it is shown first what its columns are read as.
      </p>
      <input type="file" aria-labelledby="import" aria-describedby="kinds" data-testid="import" ?disabled=${busy} @change=${this.#chosen} />
      ${this.snapshot.csv ? html`<entrenar-csv-preview .chosen=${this.snapshot.csv} .busy=${busy}></entrenar-csv-preview>` : nothing}
      <details data-testid="from-mlflow" @toggle=${this.#unfolded}>
        <summary>From an MLflow server</summary>
        ${this.mlflow ? html`<entrenar-mlflow-import .busy=${busy}></entrenar-mlflow-import>` : nothing}
      </details>
    </section>`;
  }

  #work(work: FileWork): TemplateResult {
    const { kind, name, unit, done, total, outcome, text, losses, opens } = work;
    const amount = (value: number) => (unit === 'bytes' ? formatBytes(value) : `${value.toLocaleString('en')} points`);
    return html`<section class=${outcome === 'failed' ? 'work bad' : 'work'} data-outcome=${outcome ?? 'running'}>
      ${
        outcome === undefined
          ? html`<p class="name">${kind === 'export' ? 'Writing' : 'Reading'} “${name}”</p>
            ${
              total === undefined
                ? html`<progress aria-label=${`“${name}” is being read`}></progress>`
                : html`<progress aria-label=${`How far “${name}” is`} max=${Math.max(1, total)} .value=${done}></progress>`
            }
            <p class="label">${amount(done)}${total === undefined ? ' so far' : ` of ${amount(total)}`}</p>
            <button data-testid="file-stop" @click=${() => emitIntent(this, { type: 'stop-file-work' })}>Stop</button>`
          : html`<p class="name">${text}</p>`
      }
      ${losses.length > 0 ? html`<ul>${losses.map((loss) => html`<li>${loss}</li>`)}</ul>` : nothing}
      ${
        work.isReady
          ? html`<button data-testid="share-again" @click=${() => emitIntent(this, { type: 'share-again' })}>Share it</button>`
          : nothing
      }
      ${
        work.run_ids?.length
          ? html`<button data-testid="show-imported" @click=${() => this.#showImported(work.run_ids ?? [], opens)}>Show in the charts</button>`
          : nothing
      }
    </section>`;
  }

  #choose(change: Partial<ExportChoice>): void {
    this.choice = { ...this.choice, ...change };
  }

  readonly #chooseKind = (event: Event): void => this.#choose({ kind: (event.target as HTMLSelectElement).value as FileKind });

  readonly #chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    if (file) emitIntent(this, { type: 'import-file', file });
    // The same file may be chosen again.
    input.value = '';
  };

  readonly #unfolded = async (event: Event): Promise<void> => {
    if (!(event.target as HTMLDetailsElement).open) return;
    await import('./mlflow-import');
    this.mlflow = true;
  };

  #showImported(run_ids: readonly string[], detail = false): void {
    emitIntent(this, { type: 'show-runs', run_ids, detail });
    this.renderRoot.querySelector('dialog')?.close();
  }

  /** A click beside the dialog closes it. */
  readonly #clicked = (event: MouseEvent): void => {
    if (event.target === event.currentTarget) (event.currentTarget as HTMLDialogElement).close();
  };

  readonly #closed = (): void => {
    emitIntent(this, { type: 'dismiss-file-work' });
    this.dispatchEvent(new Event('closed'));
  };
}

customElements.define('entrenar-files-dialog', FilesDialog);
