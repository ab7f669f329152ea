// The stored experiments; one is open.

import { css, html, LitElement, nothing } from 'lit';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { experimentName } from '../model/names';
import { controls } from '../styles/controls';

/** With more, a search helps to find one. */
const MANY = 8;

export class ExperimentList extends LitElement {
  static override properties = { snapshot: { attribute: false }, query: { state: true } };
  static override styles = [
    controls,
    css`
      ul {
        display: flex;
        overflow-x: auto;
        gap: 6px;
        margin: -3px;
        padding: 3px;
        list-style: none;
        scrollbar-width: thin;
      }
      @media (max-width: 480px) {
        ul {
          padding-right: 24px;
          mask-image: linear-gradient(to left, transparent, #000 28px);
        }
      }
      li button {
        max-width: 260px;
        border-radius: 16px;
      }
      li button[aria-current] {
        border-color: var(--ink);
        background: var(--ink);
        color: var(--ground);
      }
      .name {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .count {
        font-weight: 400;
        opacity: 0.7;
      }
      input[type='search'] {
        width: min(100%, 260px);
        margin-bottom: 8px;
      }
      .delete {
        align-self: center;
        min-height: 26px;
        font-size: 12px;
      }
      @media print {
        li:not(:has([aria-current])),
        input {
          display: none;
        }
        li button[aria-current] {
          border: 0;
          background: none;
          color: inherit;
          font-weight: 650;
        }
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
    const { experiments, experiment, runs, readOnly } = this.snapshot;
    if (experiments.length === 0) return nothing;
    const idle = runs.every((run) => run.status !== 'Running' || run.interrupted);
    const wanted = this.query.trim().toLowerCase();
    const many = experiments.length > MANY;
    const found = many && wanted ? experiments.filter((each) => each.name.toLowerCase().includes(wanted)) : experiments;
    return html`${
      many
        ? html`<input
            type="search"
            placeholder=${`Find one of ${experiments.length} experiments`}
            aria-label="Find an experiment"
            data-testid="find-experiment"
            @input=${(event: InputEvent) => {
              this.query = (event.target as HTMLInputElement).value;
            }}
          />`
        : nothing
    }<ul aria-label="Experiments">
      ${found.length === 0 ? html`<li class="label">No experiment is called anything like that.</li>` : nothing}
      ${found.map(
        (each) =>
          html`<li>
            <button
              data-testid="experiment"
              data-experiment-id=${each.experiment_id}
              title=${each.name}
              aria-current=${each.experiment_id === experiment?.experiment_id ? 'true' : nothing}
              @click=${() => emitIntent(this, { type: 'open-experiment', experiment_id: each.experiment_id })}
            >
              <span class="name">${experimentName(each)}</span><span class="count">${each.run_count}</span>
            </button>
          </li>`,
      )}
      ${
        experiment && idle && !readOnly
          ? html`<li class="delete">
            <button
              class="plain"
              data-testid="delete-experiment"
              @click=${() => emitIntent(this, { type: 'delete-experiment', experiment_id: experiment.experiment_id })}
            >
              Delete experiment
            </button>
          </li>`
          : nothing
      }
    </ul>`;
  }
}

customElements.define('entrenar-experiment-list', ExperimentList);
