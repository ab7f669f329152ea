// Owns the layout, and keeps it, with how the view is looked at, for the experiment that is open.

import { INITIAL_LAYOUT, type Layout } from '../model/layout';
import { recallView, writeRememberedView } from '../model/remembered-view';
import type { ViewState } from '../model/view-state';
import { ExperimentMemory } from './experiment-memory';

export class LayoutKeeper {
  layout: Layout = INITIAL_LAYOUT;
  readonly #memory: ExperimentMemory;
  /** The experiment that layout and view are of. */
  #experiment_id: string | undefined;

  constructor(database: string | undefined) {
    this.#memory = new ExperimentMemory(database);
  }

  isOf(experiment_id: string): boolean {
    return experiment_id === this.#experiment_id;
  }

  /**
   * The layout becomes that of another experiment, and the view that is given back too, unless an address `says` how to look at it.
   * One that was never looked at otherwise than at first is looked at as the one before; names of its groups mean nothing here.
   */
  open(experiment_id: string, view: ViewState, says: boolean): ViewState {
    this.#experiment_id = experiment_id;
    const remembered = this.#memory.recall(experiment_id);
    const { split, chartHeight, chartColumns } = this.layout;
    this.layout = remembered?.layout ?? { ...INITIAL_LAYOUT, split, chartHeight, chartColumns };
    const recalled = remembered && !says ? recallView(view, remembered.view) : view;
    this.#memory.begin(this.#shown(recalled));
    return recalled;
  }

  change(change: Partial<Layout>, view: ViewState): void {
    this.layout = { ...this.layout, ...change };
    this.remember(view);
  }

  remember(view: ViewState): void {
    if (this.#experiment_id !== undefined) this.#memory.remember(this.#experiment_id, this.#shown(view));
  }

  forget(experiment_id: string): void {
    this.#memory.forget(experiment_id);
  }

  #shown(view: ViewState) {
    return { view: writeRememberedView(view), layout: this.layout };
  }
}
