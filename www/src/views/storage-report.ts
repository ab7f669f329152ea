// What the storage panel says below its numbers: what this browser does with data, and the backup. Loaded when the panel is opened.

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { BackupAction, BackupState } from '../controller/backup-work';
import { emitIntent } from '../controller/intents';
import type { Problem, Snapshot } from '../controller/snapshot';
import { browserKind } from '../model/browser-kind';
import { formatAgo } from '../model/format';
import { health } from '../model/health';
import { controls } from '../styles/controls';

export class StorageReport extends LitElement {
  static override properties = { snapshot: { attribute: false } };
  static override styles = [
    controls,
    css`
      :host {
        display: block;
        white-space: normal;
      }
      section {
        padding-top: 12px;
        margin-top: 12px;
        border-top: 1px solid var(--line);
      }
      h3 {
        margin-bottom: 6px;
        font-size: 13px;
        font-weight: 650;
      }
      ul {
        margin: 0;
        padding-left: 18px;
      }
      li + li,
      p + p {
        margin-top: 6px;
      }
      .advice {
        margin-top: 8px;
        color: var(--ink-soft);
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-top: 10px;
      }
      .bad {
        color: var(--bad);
      }
      p {
        overflow-wrap: anywhere;
      }
      progress {
        width: 100%;
        height: 6px;
        margin-top: 8px;
        accent-color: var(--accent);
      }
    `,
  ];

  declare snapshot: Snapshot;

  override render() {
    const { estimate, persistent, backup } = this.snapshot;
    const installed = matchMedia('(display-mode: standalone)').matches || (navigator as { standalone?: boolean }).standalone === true;
    const { facts, advice } = health({
      browser: browserKind(navigator.userAgent),
      installed,
      persistent,
      ...(estimate && { estimate }),
    });
    return html`<section aria-labelledby="browser" data-testid="browser-facts">
        <h3 id="browser">What this browser does</h3>
        <ul>
          ${facts.map((fact) => html`<li>${fact}</li>`)}
        </ul>
        ${advice.map((each) => html`<p class="advice">${each}</p>`)}
      </section>
      ${backup ? this.#backup(backup) : nothing}`;
  }

  #backup(backup: BackupState): TemplateResult {
    const { way, folder, allowed, last_ms, problem, work, said, losses } = backup;
    const { now_ms, experiments } = this.snapshot;
    const anything = experiments.some(({ run_count }) => run_count > 0);
    const last = last_ms === undefined ? 'There is none yet.' : `The last one was made ${ago(last_ms, now_ms)}.`;
    return html`<section aria-labelledby="backup" data-testid="backup">
      <h3 id="backup">Backup</h3>
      <p data-testid="last-backup">${last}</p>
      ${
        folder === undefined
          ? html`<p class="advice">${
              way === 'folder'
                ? 'Choose a folder, best one that is on another disk or synchronised: what is new is written there every few minutes while this page is open.'
                : 'Pages cannot write into folders here. Save a file of everything now and then: the page reminds you.'
            }</p>`
          : html`<p class="advice">Into the folder “${folder}”, every few minutes while this page is open.</p>`
      }
      <div role="status" data-testid="backup-status">
        ${folder !== undefined && !allowed && !work ? html`<p class="bad">The browser asks anew whether this page may write there.</p>` : nothing}
        ${problem && allowed && !work ? html`<p class="bad" data-code=${problem.code}>It failed: ${whatToDo(problem)}</p>` : nothing}
        ${work ? progress(work) : nothing} ${said === undefined ? nothing : html`<p>${said}</p>`}
        ${losses.map((loss) => html`<p>${loss}</p>`)}
      </div>
      <div class="buttons">
        ${work ? this.#button('stop', 'Stop') : this.#buttons(backup, anything)}
      </div>
    </section>`;
  }

  #buttons({ way, folder, allowed, losses }: BackupState, anything: boolean): TemplateResult {
    if (way === 'file') return html`${anything ? this.#button('save-file', 'Save a file of everything') : nothing}`;
    const deleted = losses.some((loss) => loss.includes('deleted on purpose'));
    return html`
      ${folder === undefined ? this.#button('choose', 'Choose a folder…') : nothing}
      ${folder !== undefined && !allowed ? this.#button('grant', 'Allow it again') : nothing}
      ${folder !== undefined && allowed ? this.#button('now', 'Back up now') : nothing}
      ${this.#button('restore', 'Restore a backup…')}
      ${deleted ? this.#button('restore-deleted', 'Restore deleted runs too…') : nothing}
      ${folder === undefined ? nothing : html`${this.#button('choose', 'Another folder…')} ${this.#button('forget', 'No more backups')}`}
    `;
  }

  #button(action: BackupAction, name: string): TemplateResult {
    return html`<button class="small" data-testid=${`backup-${action}`} @click=${() => emitIntent(this, { type: 'backup', action })}>${name}</button>`;
  }
}

function ago(then_ms: number, now_ms: number): string {
  const text = formatAgo(then_ms, Math.max(now_ms, then_ms));
  return text.endsWith('ago') || text === 'just now' ? text : `on ${text}`;
}

const DONE = { backup: 'Backing up', restore: 'Restoring', file: 'Writing the file' };

function progress({ kind, done, total }: NonNullable<BackupState['work']>): TemplateResult {
  return html`<p>${DONE[kind]}…</p>
    <progress aria-label=${DONE[kind]} max=${Math.max(1, total)} .value=${done}></progress>`;
}

/** What the person can do; what the package says is for code. */
function whatToDo({ code, message }: Problem): string {
  switch (code) {
    case 'NotAllowed':
      return 'this page may not write into the folder any more. Choose it again, or another one.';
    case 'FolderNotFound':
      return 'the folder is gone or was moved, or its drive was removed. Bring it back, or choose another one. The runs in this browser are not touched.';
    case 'QuotaExceeded':
      return 'the disk that the folder is on is full. Free space there, or choose another folder. The backup before is whole.';
    default:
      return `${message}. The backup before is whole.`;
  }
}

customElements.define('entrenar-storage-report', StorageReport);
