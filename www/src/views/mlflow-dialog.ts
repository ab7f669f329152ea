// Sending one run to MLflow: a dialog that is open from the moment that it is put into the page until it says `closed`.

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { type MlflowChoice, mlflowPage, syncText } from '../model/mlflow-choice';
import type { MlflowWork } from '../model/mlflow-progress';
import { experimentName } from '../model/names';
import { runName, runState } from '../model/run-state';
import { controls } from '../styles/controls';
import type { MlflowSync, RunRecord } from '../tracker';
import { dialogStyles } from './dialog-styles';
import { filesDialogStyles } from './files-dialog-styles';
import { mlflowDialogStyles } from './mlflow-dialog-styles';
import { addressField, authorizationField, letInNote, textOf } from './mlflow-fields';
import { recallServer, rememberServer } from './mlflow-memory';

/** How often what another tab sends is looked at. */
const LOOK_MS = 2000;

export class MlflowDialog extends LitElement {
  static override properties = { snapshot: { attribute: false }, runId: { attribute: false }, choice: { state: true } };
  static override styles = [controls, dialogStyles, filesDialogStyles, mlflowDialogStyles];

  declare snapshot: Snapshot;
  declare runId: string;
  declare choice: MlflowChoice;
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.choice = { ...recallServer(), authorization: '', live: false };
  }

  override firstUpdated(): void {
    const run = this.#run;
    this.choice = { ...this.choice, live: run !== undefined && runState(run) === 'running' };
    this.renderRoot.querySelector('dialog')?.showModal();
    this.#look();
    this.#looking = setInterval(() => {
      if (this.#way?.syncs?.some(({ is_sending }) => is_sending)) this.#look();
    }, LOOK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#looking);
  }

  get #run(): RunRecord | undefined {
    return this.snapshot.runs.find(({ run_id }) => run_id === this.runId);
  }

  get #way() {
    return this.snapshot.mlflow?.get(this.runId);
  }

  override render() {
    const run = this.#run;
    const { syncs, work } = this.#way ?? {};
    return html`<dialog aria-labelledby="title" data-testid="mlflow-dialog" @close=${this.#closed} @click=${this.#clicked}>
      <div class="inside">
        <h2 id="title">Send ${run ? `“${runName(run)}”` : 'a deleted run'} to MLflow</h2>
        ${run ? this.#form(run, work, syncs) : nothing}
        <div role="status" data-testid="mlflow-work">${work ? this.#work(work) : nothing}</div>
        ${run ? this.#known(run, syncs) : nothing}
        <form method="dialog"><button data-testid="mlflow-close">Close</button></form>
      </div>
    </dialog>`;
  }

  #form(run: RunRecord, work: MlflowWork | undefined, syncs: readonly MlflowSync[] | undefined): TemplateResult {
    const { url, experiment, live, authorization } = this.choice;
    const busy = work !== undefined && work.outcome === undefined;
    const own = this.snapshot.experiment ? experimentName(this.snapshot.experiment) : '';
    const goesOn = runState(run) === 'running';
    const again = work?.outcome === 'failed' || syncs?.some(({ failure }) => failure) ? 'Try again' : 'Send what is not there yet';
    return html`<form class="server" data-testid="mlflow-form" @submit=${this.#send}>
      ${addressField(url, (url) => this.#choose({ url }))}
      <label>
        <span class="label">Experiment there</span>
        <input type="text" maxlength="500" placeholder=${own} data-testid="mlflow-experiment" .value=${experiment}
          @input=${(event: Event) => this.#choose({ experiment: textOf(event) })} />
      </label>
      ${authorizationField(authorization, (authorization) => this.#choose({ authorization }))}
      ${
        goesOn
          ? html`<label class="line">
            <input type="checkbox" data-testid="mlflow-live" .checked=${live}
              @change=${(event: Event) => this.#choose({ live: (event.target as HTMLInputElement).checked })} />
            Go on until the run has ended
          </label>`
          : nothing
      }
      ${letInNote()}
      <button type="submit" class="primary" data-testid="mlflow-send" ?disabled=${busy}>${syncs?.length || work ? again : 'Send'}</button>
    </form>`;
  }

  #work({ done, total, live, outcome, text, losses }: MlflowWork): TemplateResult {
    const points = (count: number) => count.toLocaleString('en');
    return html`<section class=${outcome === 'failed' ? 'work bad' : 'work'} data-outcome=${outcome ?? 'running'}>
      ${
        outcome === undefined
          ? html`<p class="name">${live && total > 0 && done >= total ? 'All sent so far; waiting for more' : 'Sending'}</p>
            <progress aria-label="How far it is" max=${Math.max(1, total)} .value=${done}></progress>
            <p class="label">${points(done)} of ${points(total)} points</p>
            <button data-testid="mlflow-stop" @click=${() => emitIntent(this, { type: 'stop-mlflow', run_id: this.runId })}>Stop</button>`
          : html`<p class="name">${text}</p>`
      }
      ${losses.length > 0 ? html`<ul>${losses.map((loss) => html`<li>${loss}</li>`)}</ul>` : nothing}
    </section>`;
  }

  #known(run: RunRecord, syncs: readonly MlflowSync[] | undefined): TemplateResult {
    if (!syncs) return html`<p class="label">Looking where this run was sent…</p>`;
    if (syncs.length === 0) return html`<p class="label" data-testid="mlflow-known">Not sent anywhere yet.</p>`;
    const total = run.metrics.reduce((sum, { count }) => sum + count, 0);
    return html`<section aria-labelledby="known">
      <h3 id="known">Where it was sent</h3>
      <ul class="known" data-testid="mlflow-known">
        ${syncs.map((sync) => {
          const page = mlflowPage(sync);
          return html`<li>
            <p class="name"><strong>${sync.experiment}</strong> at ${sync.url}</p>
            <p class="name">${syncText(sync, total, this.snapshot.now_ms)}</p>
            ${page ? html`<a href=${page} target="_blank" rel="noreferrer">Open in MLflow ↗</a>` : nothing}
          </li>`;
        })}
      </ul>
    </section>`;
  }

  #look(): void {
    emitIntent(this, { type: 'look-at-mlflow', run_id: this.runId });
  }

  #choose(change: Partial<MlflowChoice>): void {
    this.choice = { ...this.choice, ...change };
  }

  readonly #send = (event: Event): void => {
    event.preventDefault();
    const run = this.#run;
    const live = this.choice.live && run !== undefined && runState(run) === 'running';
    rememberServer(this.choice);
    emitIntent(this, { type: 'send-to-mlflow', run_id: this.runId, choice: { ...this.choice, live } });
  };

  /** A click beside the dialog closes it. */
  readonly #clicked = (event: MouseEvent): void => {
    if (event.target === event.currentTarget) (event.currentTarget as HTMLDialogElement).close();
  };

  readonly #closed = (): void => {
    this.dispatchEvent(new Event('closed'));
  };
}

customElements.define('entrenar-mlflow-dialog', MlflowDialog);
