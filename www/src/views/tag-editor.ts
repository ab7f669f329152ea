// The tags of one run: each can be changed or removed where it stands, and more can be added.

import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { emitIntent } from '../controller/intents';
import { controls } from '../styles/controls';
import type { RunRecord } from '../tracker';
import { keyText, unseenStyles } from './unseen';

/** A new tag is being written. No tag's key is a symbol. */
const NEW = Symbol();

export class TagEditor extends LitElement {
  static override properties = { run: { attribute: false }, editing: { state: true } };
  static override styles = [
    controls,
    unseenStyles,
    css`
      h3 {
        margin-bottom: 4px;
        color: var(--ink-soft);
        font-size: 12px;
        font-weight: 500;
      }
      dl {
        display: grid;
        grid-template-columns: fit-content(50%) minmax(0, 1fr);
        align-items: start;
        gap: 2px 8px;
        margin: 0;
      }
      dt,
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      dt {
        color: var(--ink-soft);
      }
      dd button.plain {
        display: inline;
        max-width: 100%;
        min-height: 20px;
        padding: 0 6px;
        color: var(--ink);
        font-family: var(--mono);
        font-size: 12px;
        font-weight: 400;
        line-height: 1.6;
        overflow-wrap: anywhere;
        text-align: left;
        white-space: pre-wrap;
      }
      dd button.empty {
        color: var(--ink-soft);
        font-style: italic;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      input[type='text'] {
        flex: 1 1 6em;
        width: 6em;
        min-width: 0;
      }
      form,
      input[type='text'],
      form button {
        min-height: 26px;
        padding-block: 1px;
      }
      button.plain.add {
        margin: 4px 0 0 -6px;
        color: var(--accent);
      }
    `,
  ];

  declare run: RunRecord;
  declare editing: string | typeof NEW | undefined;

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('run') && changed.get('run')?.run_id !== this.run.run_id) this.editing = undefined;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('editing') && this.editing !== undefined) this.renderRoot.querySelector('input')?.select();
  }

  override render() {
    return html`<h3>Tags</h3>
      <dl>
        ${Object.entries(this.run.tags).map(
          ([key, value]) =>
            html`<dt>${keyText(key)}</dt><dd>${this.editing === key ? this.#form(key, value) : this.#value(key, value)}</dd>`,
        )}
      </dl>
      ${
        this.editing === NEW
          ? this.#form(undefined, '')
          : html`<button class="plain add" data-testid="tag-add" @click=${() => (this.editing = NEW)}>Add a tag</button>`
      }`;
  }

  #value(key: string, value: string): TemplateResult {
    return html`<button
      class=${value ? 'plain' : 'plain empty'}
      title="Change"
      aria-label=${`${key}: ${value || 'empty'}. Change`}
      data-testid="tag"
      data-key=${key}
      @click=${() => (this.editing = key)}
    >${value || 'empty'}</button>`;
  }

  /** Without a key, it is asked for too. */
  #form(key: string | undefined, value: string): TemplateResult {
    return html`<form @submit=${(event: Event) => this.#save(event, key)} @keydown=${this.#leave}>
      ${key === undefined ? html`<input type="text" placeholder="key" aria-label="The tag's key" data-testid="tag-key" />` : nothing}
      <input type="text" placeholder="value" aria-label="The tag's value" data-testid="tag-value" .value=${value} />
      <button type="submit">${key === undefined ? 'Add' : 'Save'}</button>
      ${
        key === undefined
          ? nothing
          : html`<button type="button" aria-label=${`Remove the tag ${key}`} data-testid="tag-remove" @click=${() => this.#remove(key)}>Remove</button>`
      }
    </form>`;
  }

  #save(event: Event, known: string | undefined): void {
    event.preventDefault();
    const texts = [...(event.target as HTMLFormElement).querySelectorAll('input')].map((input) => input.value);
    const key = known ?? texts[0]!.trim();
    if (key) emitIntent(this, { type: 'tag-run', run_id: this.run.run_id, key, value: texts.at(-1)!.trim() });
    this.#close(known);
  }

  #remove(key: string): void {
    emitIntent(this, { type: 'untag-run', run_id: this.run.run_id, key });
    // The tag's own button is about to go.
    this.#close(undefined);
  }

  readonly #leave = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.#close(typeof this.editing === 'string' ? this.editing : undefined);
  };

  /** The keyboard goes back to where it came from. */
  #close(key: string | undefined): void {
    this.editing = undefined;
    const opener = key === undefined ? '.add' : `[data-key="${CSS.escape(key)}"]`;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(opener)?.focus());
  }
}

customElements.define('entrenar-tag-editor', TagEditor);
