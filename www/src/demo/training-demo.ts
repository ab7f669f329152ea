// <training-demo>: trains a real network in the page. Starts, stops, fails, resumes; the dashboard below shows the rest.

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { errorMessage } from '../errors';
import { formatAgo } from '../model/format';
import { runName } from '../model/run-state';
import { controls } from '../styles/controls';
import { tokens } from '../styles/tokens';
import { openStorage, type RunRecord, resumeRun, type Storage } from '../tracker';
import { type Digits, loadDigits } from './digits';
import './digit-wall';
import { hasOwnData, interruptedRuns } from './interrupted-runs';
import { DEFAULTS, type Progress, Training } from './training';
import { trainingDemoStyles } from './training-demo-styles';

type Phase = 'idle' | 'preparing' | 'training' | 'finished' | 'stopped' | 'failed' | 'error';

const STATUS: Record<Phase, string> = {
  idle: 'Ready',
  preparing: 'Getting ready…',
  training: 'Training',
  finished: 'Finished',
  stopped: 'Stopped',
  failed: 'Marked as failed',
  error: 'Something went wrong',
};
const RATES = [0.005, 0.02, 0.05, 0.2];
const SIZES = [8, 16, 32, 64];
/** A tab that has just been closed may need a moment until it is known to be gone. */
const LOOK_EVERY_MS = 2000;

/** What was stored when the page was opened: the detail of the event `data-found`. */
export interface FoundData {
  /** Something that is not the demo's. */
  own: boolean;
  /** A run of the demo that can be resumed. */
  interrupted: boolean;
}

export class TrainingDemo extends LitElement {
  static override properties = {
    database: { type: String },
    phase: { state: true },
    progress: { state: true },
    interrupted: { state: true },
    problem: { state: true },
  };
  static override styles = [tokens, controls, trainingDemoStyles];

  declare database: string | undefined;
  declare phase: Phase;
  declare progress: Progress | undefined;
  declare interrupted: readonly RunRecord[];
  declare problem: string;

  #digits: Digits | undefined;
  #training: Training | undefined;
  #storage: Storage | undefined;
  #rate = DEFAULTS.learning_rate;
  #hidden = DEFAULTS.hidden;
  #looking: ReturnType<typeof setInterval> | undefined;
  #unsubscribe: (() => void) | undefined;
  #said = false;

  constructor() {
    super();
    this.phase = 'idle';
    this.interrupted = [];
    this.problem = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#prepare();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#looking);
    this.#unsubscribe?.();
    void this.#storage?.close();
  }

  override render() {
    const busy = this.phase === 'preparing' || this.phase === 'training';
    return html`
      <div class="controls">
        <div class="settings">
          ${this.#choice('Learning rate', RATES, this.#rate, busy, (value) => (this.#rate = value))}
          ${this.#choice('Hidden units', SIZES, this.#hidden, busy, (value) => (this.#hidden = value))}
        </div>
        <div class="buttons">
          ${
            busy
              ? html`<button data-testid="stop" ?disabled=${this.phase !== 'training'} @click=${() => this.#end('cancel')}>Stop</button>
                <button data-testid="fail" ?disabled=${this.phase !== 'training'} @click=${() => this.#end('fail')}>Mark as failed</button>`
              : html`<button class="primary" data-testid="start" @click=${this.#start}>
                ${this.phase === 'idle' ? 'Train a network' : 'Train another'}
              </button>`
          }
        </div>
      </div>
      ${busy ? nothing : this.interrupted.map((run) => this.#resumable(run))} ${this.#progress()}
      ${this.problem ? html`<p class="problem" role="alert" data-testid="problem">${this.problem}</p>` : nothing}
      <digit-wall .digits=${this.#digits?.test} .predictions=${this.progress?.predictions ?? []}></digit-wall>
      <p class="source">
        1 797 handwritten digits: <cite>Optical Recognition of Handwritten Digits</cite>, E. Alpaydin and C. Kaynak, 1998,
        <a href="https://doi.org/10.24432/C50P49">UCI Machine Learning Repository</a>,
        <a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>. A fifth of them is kept for testing; those shown are
        among these.
      </p>
    `;
  }

  #choice(name: string, values: readonly number[], chosen: number, disabled: boolean, choose: (value: number) => void): TemplateResult {
    return html`<label>
      <span>${name}</span>
      <select ?disabled=${disabled} @change=${(event: Event) => choose(Number((event.target as HTMLSelectElement).value))}>
        ${values.map((value) => html`<option value=${value} ?selected=${value === chosen}>${value}</option>`)}
      </select>
    </label>`;
  }

  #progress(): TemplateResult {
    const { progress } = this;
    return html`<div class="progress">
      <p class="status">
        <span data-testid="status" data-phase=${this.phase} role="status">${STATUS[this.phase]}</span>
        ${progress ? html`<span class="label">epoch ${progress.epoch} of ${progress.epochs}</span>` : nothing}
      </p>
      <p class="accuracy">
        <span class="label">Test accuracy</span>
        <output data-testid="test-accuracy" data-value=${progress?.testAccuracy ?? ''}>
${progress?.testAccuracy === undefined ? '–' : `${(progress.testAccuracy * 100).toFixed(1)} %`}</output>
      </p>
      <progress aria-label="Share of the training that is done" max="1" .value=${progress?.done ?? 0}></progress>
    </div>`;
  }

  #resumable(run: RunRecord): TemplateResult {
    return html`<div class="resumable" data-testid="interrupted" data-run-id=${run.run_id}>
      <p><strong>${runName(run)}</strong> (${run.run_id}) was interrupted ${formatAgo(run.heard_ms, Date.now())}.</p>
      <button class="primary" data-testid="resume" @click=${() => this.#resume(run)}>Resume</button>
      <button data-testid="close" title="End it as cancelled; its curves stay" @click=${() => this.#close(run)}>Close</button>
    </div>`;
  }

  async #prepare(): Promise<void> {
    try {
      this.#digits = await loadDigits(new URL('digits/digits.bin', document.baseURI));
      this.requestUpdate();
      this.#storage = await openStorage(this.database);
    } catch {
      return; // the dashboard explains what is wrong with the storage; starting says it again
    }
    this.#unsubscribe = this.#storage.subscribe((change) => {
      if (change.kind === 'run' || change.kind === 'run_deleted') this.#look();
    });
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#look();
  }

  #look(): void {
    if (!this.#storage || document.hidden) return;
    this.interrupted = interruptedRuns(this.#storage);
    if (this.#said) return;
    this.#said = true;
    const detail: FoundData = { own: hasOwnData(this.#storage), interrupted: this.interrupted.length > 0 };
    this.dispatchEvent(new CustomEvent('data-found', { detail, bubbles: true, composed: true }));
  }

  readonly #start = (): void => {
    // Another seed each time: the same settings learn a little differently.
    const seed = Math.floor(Math.random() * 10_000);
    const settings = { ...DEFAULTS, learning_rate: this.#rate, hidden: this.#hidden, seed };
    void this.#train((digits) => Training.begin(settings, digits, this.#report, this.database));
  };

  #resume(run: RunRecord): void {
    void this.#train((digits) => Training.resume(run, digits, this.#report, this.database));
  }

  async #close(run: RunRecord): Promise<void> {
    try {
      await (await resumeRun(run.run_id, this.database)).cancel();
    } catch (error) {
      this.problem = errorMessage(error);
    }
    this.#look();
  }

  #end(how: 'cancel' | 'fail'): void {
    this.#training?.end(how);
    this.phase = how === 'cancel' ? 'stopped' : 'failed';
  }

  async #train(open: (digits: Digits) => Promise<Training>): Promise<void> {
    this.phase = 'preparing';
    this.problem = '';
    this.progress = undefined;
    try {
      this.#digits ??= await loadDigits(new URL('digits/digits.bin', document.baseURI));
      this.#training = await open(this.#digits);
      this.phase = 'training';
      const begun = { experiment_id: this.#training.run.experiment_id(), run_id: this.#training.run.run_id() };
      this.dispatchEvent(new CustomEvent('training-begun', { detail: begun, bubbles: true, composed: true }));
      await this.#training.carryOut();
      if (this.phase === 'training') this.phase = 'finished';
    } catch (error) {
      this.problem = errorMessage(error);
      this.phase = 'error';
    }
    this.#training = undefined;
    this.#look();
  }

  readonly #report = (progress: Progress): void => {
    this.progress = progress;
  };
}

customElements.define('training-demo', TrainingDemo);
