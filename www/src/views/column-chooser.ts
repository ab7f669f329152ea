// Which metrics' last values the runs table shows.

import { css, html, LitElement } from 'lit';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { metricKeys } from '../model/metric-groups';
import { shownKey } from '../model/names';
import { controls } from '../styles/controls';
import { placePopover, popoverStyles } from './popover';

export class ColumnChooser extends LitElement {
  static override properties = { snapshot: { attribute: false }, query: { state: true } };
  static override styles = [
    controls,
    popoverStyles,
    css`
      input[type='search'] {
        width: 100%;
        margin-bottom: 8px;
      }
      label {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 3px 0;
        overflow-wrap: anywhere;
      }
      label input {
        flex: none;
        accent-color: var(--accent);
      }
    `,
  ];

  declare snapshot: Snapshot;
  declare query: string;

  constructor() {
    super();
    this.query = '';
  }

  override render() {
    const { runs, columns } = this.snapshot;
    const wanted = this.query.toLowerCase();
    return html`<button class="plain" popovertarget="panel" data-testid="columns">Columns</button>
      <div id="panel" popover @beforetoggle=${(event: ToggleEvent) => placePopover(event, this)}>
        <input
          type="search"
          placeholder="Find a metric"
          aria-label="Find a metric to show in the table"
          @input=${(event: InputEvent) => (this.query = (event.target as HTMLInputElement).value)}
        />
        ${metricKeys(runs)
          .filter((key) => key.toLowerCase().includes(wanted))
          .slice(0, 200)
          .map(
            (key) =>
              html`<label>
                <input type="checkbox" .checked=${columns.includes(key)} @change=${() => this.#toggle(key)} />${shownKey(key)}
              </label>`,
          )}
      </div>`;
  }

  #toggle(key: string): void {
    const { columns } = this.snapshot;
    const change = { columns: columns.includes(key) ? columns.filter((each) => each !== key) : [...columns, key] };
    emitIntent(this, { type: 'view', change });
  }
}

customElements.define('entrenar-column-chooser', ColumnChooser);
