// The colour of one run: the palette, any other colour, or back to the one it is given. Opens when it is put into the page.

import { css, html, LitElement, type TemplateResult } from 'lit';
import { emitIntent } from '../controller/intents';
import type { ChosenColor } from '../model/chosen-colors';
import { DARK, LIGHT } from '../model/run-colors';
import { controls } from '../styles/controls';
import { placePopover, popoverStyles, popoverToggled } from './popover';

export class ColorPicker extends LitElement {
  static override properties = {
    run_id: { attribute: false },
    name: { attribute: false },
    chosen: { attribute: false },
    color: { attribute: false },
    dark: { type: Boolean },
    anchor: { attribute: false },
  };
  static override styles = [
    controls,
    popoverStyles,
    css`
      [popover] {
        width: 252px;
        overflow-wrap: anywhere;
      }
      fieldset {
        display: grid;
        grid-template-columns: repeat(5, 1fr);
        gap: 6px;
        margin: 0 0 12px;
        padding: 0;
        border: 0;
      }
      legend {
        display: -webkit-box;
        overflow: hidden;
        margin-bottom: 10px;
        padding: 0;
        font-weight: 600;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
      }
      fieldset input {
        width: 100%;
        height: 26px;
        margin: 0;
        border: 0;
        border-radius: 6px;
        appearance: none;
        background: var(--color);
        cursor: pointer;
        forced-color-adjust: none;
      }
      fieldset input:checked {
        box-shadow: inset 0 0 0 3px var(--surface);
        outline: 2px solid var(--color);
      }
      fieldset input:focus-visible {
        outline: 2px solid var(--ink);
        outline-offset: 2px;
      }
      .other,
      .actions {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 8px;
      }
      .other input {
        width: 56px;
        height: 28px;
        padding: 2px;
        border: 1px solid var(--line-strong);
        border-radius: 6px;
        background: var(--surface);
        cursor: pointer;
      }
      .actions {
        flex-wrap: wrap;
        justify-content: flex-start;
        margin-top: 12px;
      }
    `,
  ];

  declare run_id: string;
  declare name: string;
  declare chosen: ChosenColor | undefined;
  /** As the run is drawn now. */
  declare color: string;
  declare dark: boolean;
  declare anchor: HTMLElement;

  override render() {
    const other = typeof this.chosen === 'string';
    return html`<div popover data-testid="color-picker" role="dialog" aria-label=${`Colour of ${this.name}`} @beforetoggle=${(event: ToggleEvent) => placePopover(event, this.anchor, 252)}
      @toggle=${(event: ToggleEvent) => popoverToggled(event, this, this.anchor)}
    >
      <fieldset>
        <legend>Colour of ${this.name}</legend>
        ${(this.dark ? DARK : LIGHT).map((color, i) => this.#choice(color, i, !other && color === this.color))}
      </fieldset>
      <label class="other">
        <span>Another colour</span>
        <input type="color" data-testid="other-color" .value=${this.color} @input=${this.#other} />
      </label>
      <div class="actions">
        <button data-testid="automatic-color" ?disabled=${this.chosen === undefined} @click=${() => this.#choose(undefined)}>Automatic</button>
        <button data-testid="solo-run" @click=${this.#solo}>Only this run</button>
      </div>
    </div>`;
  }

  override firstUpdated(): void {
    const panel = this.renderRoot.querySelector<HTMLElement>('[popover]');
    panel?.showPopover();
    (panel?.querySelector<HTMLElement>('input:checked') ?? panel?.querySelector('input'))?.focus();
  }

  #choice(color: string, i: number, checked: boolean): TemplateResult {
    return html`<input
      type="radio"
      name="color"
      aria-label=${`Colour ${i + 1} of ${LIGHT.length}`}
      .style=${`--color: ${color}`}
      .checked=${checked}
      @change=${() => this.#choose(i)}
    />`;
  }

  #choose(color: ChosenColor | undefined): void {
    emitIntent(this, { type: 'color-run', run_id: this.run_id, color });
  }

  readonly #other = (event: Event): void => this.#choose((event.target as HTMLInputElement).value);

  readonly #solo = (): void => {
    this.renderRoot.querySelector<HTMLElement>('[popover]')?.hidePopover();
    this.dispatchEvent(new CustomEvent('solo-run'));
  };
}

customElements.define('entrenar-color-picker', ColorPicker);
