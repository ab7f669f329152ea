// Everything by a few letters: runs, metrics, experiments, commands. A combobox in a dialog, open from the moment that it is
// put into the page until it says `closed`.

import { css, html, LitElement, nothing } from 'lit';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { fuzzyBest } from '../model/fuzzy';
import { controls } from '../styles/controls';
import { dialogStyles } from './dialog-styles';
import { type Entry, paletteEntries } from './palette-entries';

/** More are found by another letter. */
const MOST = 60;

export class CommandPalette extends LitElement {
  static override properties = { snapshot: { attribute: false }, query: { state: true }, at: { state: true } };
  static override styles = [
    controls,
    dialogStyles,
    css`
      dialog {
        width: min(600px, calc(100vw - 24px));
        margin-top: min(12vh, 120px);
        overflow: hidden;
      }
      input[type='text'].field {
        width: 100%;
        padding: 14px 16px;
        border: 0;
        border-bottom: 1px solid var(--line);
        border-radius: 0;
        background: none;
        font-size: 15px;
      }
      input[type='text'].field:focus-visible {
        outline: none;
        border-bottom-color: var(--accent);
      }
      ul {
        overflow: auto;
        max-height: min(420px, 56vh);
        margin: 0;
        padding: 6px;
        list-style: none;
      }
      li {
        display: flex;
        align-items: baseline;
        gap: 10px;
        padding: 6px 10px;
        border-radius: 6px;
        cursor: pointer;
      }
      li[aria-selected='true'] {
        background: var(--accent-wash);
        color: var(--accent);
      }
      .name {
        overflow: hidden;
        flex: 1;
        min-width: 0;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .kind {
        flex: none;
        color: var(--ink-soft);
        font-size: 12px;
      }
      .none {
        padding: 18px 16px;
        color: var(--ink-soft);
      }
      @media (forced-colors: active) {
        li[aria-selected='true'] {
          outline: 2px solid Highlight;
        }
      }
    `,
  ];

  declare snapshot: Snapshot;
  declare query: string;
  /** The one that Enter takes. */
  declare at: number;
  #all: Entry[] = [];
  #found: Entry[] = [];

  constructor() {
    super();
    this.query = '';
    this.at = 0;
  }

  /** What is offered does not change under the hand while others log. */
  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!this.hasUpdated) this.#all = paletteEntries(this.snapshot);
    if (!this.hasUpdated || changed.has('query')) {
      this.#found = fuzzyBest(this.query, this.#all, ({ name, kind, note }) => `${name} ${kind} ${note ?? ''}`, MOST);
    }
  }

  override render() {
    const found = this.#found;
    return html`<dialog aria-label="Find and do" data-testid="palette" @close=${this.#closed} @click=${this.#clicked}>
      <input
        class="field"
        type="text"
        role="combobox"
        aria-label="Run, metric, experiment or command"
        aria-autocomplete="list"
        aria-expanded=${found.length > 0}
        aria-controls="found"
        aria-activedescendant=${found.length > 0 ? `entry-${this.at}` : nothing}
        placeholder="Run, metric, experiment or command"
        autocomplete="off"
        spellcheck="false"
        .value=${this.query}
        @input=${this.#typed}
        @keydown=${this.#keyPressed}
      />
      <ul id="found" role="listbox" aria-label="Found" ?hidden=${found.length === 0}>
        ${found.map(
          (entry, i) =>
            html`<li id=${`entry-${i}`} role="option" aria-selected=${i === this.at} data-kind=${entry.kind} @click=${() => this.#take(entry)}>
              <span class="name" title=${entry.name}>${entry.name}</span>
              <span class="kind">${entry.note ? `${entry.note} · ` : ''}${entry.kind}</span>
            </li>`,
        )}
      </ul>
      ${found.length === 0 ? html`<p class="none">Nothing is called anything like “${this.query}”.</p>` : nothing}
      <div class="visually-hidden" role="status">${found.length === 1 ? '1 found' : `${found.length === MOST ? 'The first ' : ''}${found.length} found`}</div>
    </dialog>`;
  }

  override firstUpdated(): void {
    this.#dialog()?.showModal();
    this.renderRoot.querySelector('input')?.focus();
  }

  override updated(): void {
    this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  #take(entry: Entry): void {
    this.#dialog()?.close();
    emitIntent(this, entry.intent);
  }

  readonly #typed = (event: Event): void => {
    this.query = (event.target as HTMLInputElement).value;
    this.at = 0;
  };

  readonly #keyPressed = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const last = this.#found.length - 1;
    const to = {
      ArrowDown: this.at < last ? this.at + 1 : 0,
      ArrowUp: this.at > 0 ? this.at - 1 : last,
      PageDown: Math.min(last, this.at + 8),
      PageUp: Math.max(0, this.at - 8),
    }[event.key];
    const chosen = event.key === 'Enter' ? this.#found[this.at] : undefined;
    if (to === undefined && !chosen) return;
    event.preventDefault();
    if (chosen) this.#take(chosen);
    else this.at = Math.max(0, to!);
  };

  /** What is not inside is beside it. */
  readonly #clicked = (event: MouseEvent): void => {
    if (event.target === this.#dialog()) this.#dialog()?.close();
  };

  readonly #closed = (): void => {
    this.dispatchEvent(new CustomEvent('closed'));
  };
}

customElements.define('entrenar-command-palette', CommandPalette);
