// Which run of which MLflow server is to be imported: a part of the dialog of files, loaded when it is unfolded.

import { html, LitElement } from 'lit';
import { emitIntent } from '../controller/intents';
import { type MlflowImportChoice, typedRun } from '../model/mlflow-import';
import { controls } from '../styles/controls';
import { mlflowDialogStyles } from './mlflow-dialog-styles';
import { addressField, authorizationField, letInNote, textOf } from './mlflow-fields';
import { recallServer, rememberServer } from './mlflow-memory';

export class MlflowImport extends LitElement {
  static override properties = { busy: { type: Boolean }, choice: { state: true } };
  static override styles = [controls, mlflowDialogStyles];

  /** Another file is being written or read. */
  declare busy: boolean;
  declare choice: MlflowImportChoice;

  constructor() {
    super();
    this.busy = false;
    this.choice = { url: recallServer().url, mlflow_run_id: '', authorization: '' };
  }

  override render() {
    const { url, mlflow_run_id, authorization } = this.choice;
    return html`<form class="server" data-testid="mlflow-import" @submit=${this.#import}>
      <label>
        <span class="label">Id of the run there, or the address of its page</span>
        <input type="text" required maxlength="2000" pattern=".*\\S.*" autocomplete="off" spellcheck="false" data-testid="mlflow-run-id" .value=${mlflow_run_id}
          @input=${(event: Event) => this.#choose(typedRun(textOf(event)))} />
      </label>
      ${addressField(url, (url) => this.#choose({ url }))}
      ${authorizationField(authorization, (authorization) => this.#choose({ authorization }))}
      ${letInNote()}
      <button type="submit" class="primary" data-testid="import-mlflow" ?disabled=${this.busy}>Import the run</button>
    </form>`;
  }

  #choose(change: Partial<MlflowImportChoice>): void {
    this.choice = { ...this.choice, ...change };
  }

  readonly #import = (event: Event): void => {
    event.preventDefault();
    const { url } = this.choice;
    rememberServer({ ...recallServer(), url });
    emitIntent(this, { type: 'import-mlflow', choice: this.choice });
  };
}

customElements.define('entrenar-mlflow-import', MlflowImport);
