// Which runs the table lists: words to find, and states to keep.

import { html, nothing, type TemplateResult } from 'lit';
import type { Snapshot } from '../controller/snapshot';
import { RUN_STATES, type RunState, runState, STATE_LABELS } from '../model/run-state';

export function runFilters({ runs, listed, view }: Snapshot, set: (change: Partial<Snapshot['view']>) => void): TemplateResult {
  const present = RUN_STATES.filter((state) => view.states.includes(state) || runs.some((run) => runState(run) === state));
  const toggle = (state: RunState) =>
    set({ states: view.states.includes(state) ? view.states.filter((each) => each !== state) : [...view.states, state] });
  return html`<div class="filters">
    <input
      type="search"
      aria-label="Find runs by name, tag or setting"
      placeholder="Find: name, tag, lr:0.01 …"
      data-testid="find-runs"
      .value=${view.query}
      @input=${(event: InputEvent) => set({ query: (event.target as HTMLInputElement).value })}
    />
    ${
      (view.query || view.states.length > 0) && listed.length > 0
        ? html`<button
            class="small"
            data-testid="chart-listed"
            @click=${() => set({ selection: listed.map((run) => run.run_id), follow: false })}
          >
            ${listed.length === 1 ? 'Show this run' : `Show these ${listed.length} runs`} in the charts
          </button>`
        : nothing
    }
    ${
      present.length > 1
        ? html`<div class="states" role="group" aria-label="Only runs that are">
          ${present.map(
            (state) =>
              html`<button data-testid=${`only-${state}`} aria-pressed=${view.states.includes(state)} @click=${() => toggle(state)}>
                ${STATE_LABELS[state]}
              </button>`,
          )}
        </div>`
        : nothing
    }
  </div>`;
}
