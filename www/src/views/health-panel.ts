// How safe the data is: room used and left, whether the browser may throw it away, what is not yet written.

import { LitElement, css, html, nothing } from 'lit';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { formatBytes } from '../model/format';
import { controls } from '../styles/controls';

export class HealthPanel extends LitElement {
  static override properties = { snapshot: { attribute: false } };
  static override styles = [
    controls,
    css`
      :host {
        position: relative;
        flex: none;
      }
      .dot {
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--good);
      }
      .dot.bad {
        border-radius: 1px;
        background: var(--bad);
      }
      [popover] {
        position: fixed;
        inset: auto;
        width: min(320px, calc(100vw - 24px));
        margin: 0;
        padding: 16px;
        border: 1px solid var(--line);
        border-radius: 12px;
        background: var(--surface);
        box-shadow: 0 10px 36px rgb(0 0 0 / 0.16);
        color: var(--ink);
        font-size: 13px;
      }
      h2 {
        margin-bottom: 10px;
        font-size: 14px;
        font-weight: 650;
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 6px 16px;
        margin: 0 0 12px;
      }
      dt {
        color: var(--ink-soft);
      }
      dd {
        margin: 0;
        text-align: right;
      }
      progress {
        width: 100%;
        height: 6px;
        margin-bottom: 12px;
        accent-color: var(--accent);
      }
      .label {
        margin-top: 8px;
      }
    `,
  ];

  declare snapshot: Snapshot;

  override render() {
    const { degraded, estimate, runs } = this.snapshot;
    const unsaved = runs.reduce((sum, run) => sum + run.unsaved_points, 0);
    return html`
      <button popovertarget="panel" data-testid="health" aria-label=${degraded ? 'Storage: not being saved' : 'Storage: in order'}>
        <span class=${degraded ? 'dot bad' : 'dot'}></span>Storage
      </button>
      <div id="panel" popover @beforetoggle=${this.#toggled}>
        <h2>Storage</h2>
        ${estimate
          ? html`
              <progress aria-label="Room used" max=${Math.max(1, estimate.quota)} .value=${estimate.usage}></progress>
              <dl>
                <dt>Used by this site</dt>
                <dd data-testid="usage">${formatBytes(estimate.usage)}</dd>
                <dt>Room granted</dt>
                <dd data-testid="quota">${formatBytes(estimate.quota)}</dd>
                <dt>Not yet written</dt>
                <dd data-testid="unsaved">${unsaved === 1 ? '1 point' : `${unsaved} points`}</dd>
                <dt>Kept when disk runs low</dt>
                <dd data-testid="persisted">${estimate.persisted ? 'yes' : 'not promised'}</dd>
              </dl>
              ${estimate.persisted
                ? nothing
                : html`<button
                      data-testid="request-persistence"
                      @click=${() => emitIntent(this, { type: 'request-persistence' })}
                    >
                      Ask the browser to keep it
                    </button>
                    <p class="label">Browsers agree more readily for sites that are visited often or installed.</p>`}
            `
          : html`<p class="label">This browser does not say how much room there is.</p>`}
        ${degraded
          ? html`<p role="status"><strong>Not being saved:</strong> ${degraded.message} (${degraded.code})</p>`
          : nothing}
      </div>
    `;
  }

  /** A popover lies above the page: it is put under its button by hand. */
  readonly #toggled = (event: ToggleEvent): void => {
    if (event.newState !== 'open') return;
    emitIntent(this, { type: 'measure-storage' });
    const box = this.getBoundingClientRect();
    const panel = event.target as HTMLElement;
    panel.style.top = `${box.bottom + 6}px`;
    panel.style.right = `${Math.max(12, document.documentElement.clientWidth - box.right)}px`;
  };
}

customElements.define('entrenar-health-panel', HealthPanel);
