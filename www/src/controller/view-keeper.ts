// Owns the view, and keeps it in the page's address. With it goes the layout: both are those of the experiment that is shown.

import { INITIAL_LAYOUT, type Layout, toggled } from '../model/layout';
import { saysMoreThanExperiment } from '../model/remembered-view';
import { leaveExperiment, selectAlso, withoutIds } from '../model/view-changes';
import { INITIAL_VIEW, type ViewState } from '../model/view-state';
import type { RunRecord } from '../tracker';
import { Address } from './address';
import type { LayoutIntent, ViewIntent } from './intents';
import { LayoutKeeper } from './layout-keeper';
import type { Snapshot } from './snapshot';

/** What is shown by now, which a change may depend on. */
export type Shown = Pick<Snapshot, 'experiment' | 'selected'>;

export class ViewKeeper {
  #view: ViewState = INITIAL_VIEW;
  readonly #layout: LayoutKeeper;
  readonly #address: Address | undefined;
  /** The address says what is looked at, and how: what is remembered does not count. */
  #addressSays = false;

  /** `navigated`: the address has changed, and the view with it. Without `inAddress` the view is in no address. */
  constructor(database: string | undefined, inAddress: boolean, navigated: () => void) {
    this.#layout = new LayoutKeeper(database);
    if (!inAddress) return;
    this.#address = new Address((view) => {
      this.#view = view;
      this.#addressSays = true;
      navigated();
    });
    this.#view = this.#address.read();
    this.#addressSays = saysMoreThanExperiment(this.#view);
  }

  get view(): ViewState {
    return this.#view;
  }

  get layout(): Layout {
    return this.#layout.layout;
  }

  stop(): void {
    this.#address?.stop();
  }

  handle(intent: ViewIntent, shown: Shown): void {
    if (intent.type === 'reset-view') this.#layout.change(INITIAL_LAYOUT, INITIAL_VIEW);
    this.#replace(viewAfter(this.#view, intent, shown), isStep(intent));
  }

  layOut(intent: LayoutIntent): void {
    if (intent.type === 'layout') this.#layout.change(intent.change, this.#view);
    else this.#layout.change({ [intent.list]: toggled(this.layout[intent.list], intent.name) }, this.#view);
  }

  /** Shows these runs in the charts, those of the first one's experiment; with that one's detail if it is asked for. */
  showRuns(runs: readonly RunRecord[], detail: boolean, { experiment }: Shown): void {
    const [first] = runs;
    if (!first) return;
    const { experiment_id, run_id } = first;
    const kept = experiment?.experiment_id === experiment_id ? this.#view : leaveExperiment(this.#view);
    const selection = runs.filter((run) => run.experiment_id === experiment_id).map((run) => run.run_id);
    const opened = detail && { run_id };
    this.#replace({ ...kept, experiment_id, selection, follow: false, query: '', states: [], panel: 'charts', ...opened }, true);
  }

  /** A run begun while the reader watches joins what is shown. */
  welcome(run_id: string): void {
    const view = selectAlso(this.#view, run_id);
    if (view !== this.#view) this.#replace(view);
  }

  /** Takes what is gone out of the view, so that the address does not name it. */
  forget(ids: readonly string[]): void {
    this.#replace(withoutIds(this.#view, ids));
    for (const id of ids) this.#layout.forget(id);
  }

  /** This experiment is shown. True if the view has become another one: the one that was remembered for it. */
  recall(experiment_id: string | undefined): boolean {
    const says = this.#addressSays;
    this.#addressSays = false;
    if (experiment_id === undefined || this.#layout.isOf(experiment_id)) return false;
    const recalled = this.#layout.open(experiment_id, this.#view, says);
    if (recalled === this.#view) return false;
    this.#replace(recalled);
    return true;
  }

  /** Remembers for the experiment that is shown how it is looked at. */
  remember(): void {
    this.#layout.remember(this.#view);
  }

  /** `step` makes it a place that the back button returns to. */
  #replace(view: ViewState, step = false): void {
    this.#view = view;
    this.#address?.write(view, step);
  }
}

function viewAfter(view: ViewState, intent: ViewIntent, { experiment, selected }: Shown): ViewState {
  switch (intent.type) {
    case 'view':
      return { ...view, ...intent.change };
    case 'reset-view':
      return { ...INITIAL_VIEW, ...(view.experiment_id && { experiment_id: view.experiment_id }) };
    case 'open-experiment':
      return { ...leaveExperiment(view), experiment_id: intent.experiment_id, query: '', states: [] };
    case 'show-run': {
      const { experiment_id, run_id } = intent;
      const isShown = experiment?.experiment_id === experiment_id;
      const joined = selectAlso(experiment && !isShown ? leaveExperiment(view) : view, run_id);
      return joined.experiment_id || !isShown ? { ...joined, experiment_id } : joined;
    }
    case 'toggle-run': {
      const ids = selected.map((run) => run.run_id);
      const without = ids.filter((id) => id !== intent.run_id);
      return { ...view, selection: without.length < ids.length ? without : [...ids, intent.run_id], follow: false };
    }
  }
}

function isStep(intent: ViewIntent): boolean {
  if (intent.type === 'view') return 'run_id' in intent.change || 'panel' in intent.change;
  return intent.type === 'reset-view' || intent.type === 'open-experiment';
}
