// What every form that names an MLflow server asks for.

import { html, nothing, type TemplateResult } from 'lit';

/** MLflow lets pages of its own computer in unasked. */
const IS_LET_IN = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);

export const textOf = (event: Event): string => (event.target as HTMLInputElement).value;

export function addressField(url: string, choose: (url: string) => void): TemplateResult {
  return html`<label>
    <span class="label">Address of the server</span>
    <input type="url" required pattern="https?://.+" data-testid="mlflow-url" .value=${url} @input=${(event: Event) => choose(textOf(event))} />
  </label>`;
}

export function authorizationField(authorization: string, choose: (authorization: string) => void): TemplateResult {
  return html`<label>
      <span class="label">Authorization, if the server wants one</span>
      <input type="password" autocomplete="off" placeholder="Bearer …" aria-describedby="kept" data-testid="mlflow-authorization" .value=${authorization}
        @input=${(event: Event) => choose(textOf(event))} />
    </label>
    <p class="label" id="kept">It is sent as a header, and kept nowhere: not even in this browser.</p>`;
}

export function letInNote(): TemplateResult | typeof nothing {
  if (IS_LET_IN) return nothing;
  return html`<p class="label">The server has to let this page in: <code>mlflow server --cors-allowed-origins ${location.origin}</code></p>`;
}
