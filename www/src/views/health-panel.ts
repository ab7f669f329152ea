// How safe the data is: room used and left, whether the browser may throw it away, what is not yet written; and the backup.

import { css, html, LitElement, nothing } from 'lit';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { formatBytes } from '../model/format';
import { controls } from '../styles/controls';
import { placePopover, popoverStyles } from './popover';

export class HealthPanel extends LitElement {
  static override properties = { snapshot: { attribute: false }, opened: { state: true } };
  static override styles = [
    controls,
    popoverStyles,
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
      .dot.off {
        border-radius: 1px;
        background: var(--bad);
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
      .bad {
        margin-bottom: 10px;
        color: var(--bad);
        overflow-wrap: anywhere;
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
      #panel {
        width: min(380px, calc(100vw - 24px));
        max-height: min(640px, 80vh);
      }
    `,
  ];

  declare snapshot: Snapshot;
  /** Once the panel was opened, what it says further is loaded. */
  declare opened: boolean;

  constructor() {
    super();
    this.opened = false;
  }

  override render() {
    const { backup, degraded, estimate, persistent, runs } = this.snapshot;
    const saved = persistent && !degraded;
    const backedUp = !backup?.problem && !(backup?.folder !== undefined && !backup.allowed);
    const safe = saved && backedUp;
    const unsaved = runs.reduce((sum, run) => sum + run.unsaved_points, 0);
    return html`
      <button popovertarget="panel" data-testid="health" aria-label=${safe ? 'Storage: in order' : saved ? 'Storage: not backed up' : 'Storage: not being saved'}>
        <span class=${safe ? 'dot' : 'dot off'}></span>Storage
      </button>
      <div id="panel" popover @beforetoggle=${this.#toggled}>
        <h2>Storage</h2>
        ${degraded ? html`<p class="bad" role="status"><strong>Not being saved</strong> (${degraded.code}): ${degraded.message}</p>` : nothing}
        ${
          estimate && estimate.quota > 0
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
              ${
                estimate.persisted
                  ? nothing
                  : html`<button
                      data-testid="request-persistence"
                      @click=${() => emitIntent(this, { type: 'request-persistence' })}
                    >
                      Ask the browser to keep it
                    </button>`
              }
            `
            : html`<p class="label">This browser does not say how much room there is.</p>`
        }
        ${this.opened ? html`<entrenar-storage-report .snapshot=${this.snapshot}></entrenar-storage-report>` : nothing}
      </div>
    `;
  }

  readonly #toggled = (event: ToggleEvent): void => {
    if (!placePopover(event, this, 380)) return;
    emitIntent(this, { type: 'measure-storage' });
    void import('./storage-report').then(() => {
      this.opened = true;
    });
  };
}

customElements.define('entrenar-health-panel', HealthPanel);
