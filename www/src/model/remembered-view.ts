// The part of a view that is remembered for an experiment: how it is looked at, what single charts are drawn with included. What is
// looked at (runs, filters, a zoom) is a matter of the moment: remembered, it would hide runs that were logged since.

import { INITIAL_VIEW, readView, type ViewState, writeView } from './view-state';

const OF_THE_MOMENT = ['experiment', 'runs', 'run', 'follow', 'panel', 'range', 'q', 'status', 'metric'];

/** As the address writes it; empty for a view that is as it is at first. */
export function writeRememberedView(view: ViewState): string {
  const parameters = new URLSearchParams();
  writeView(view, parameters);
  for (const key of OF_THE_MOMENT) parameters.delete(key);
  return parameters.toString();
}

/** The view with what is remembered in place of its own. */
export function recallView(view: ViewState, remembered: string): ViewState {
  const parameters = new URLSearchParams(remembered);
  const moment = new URLSearchParams();
  writeView(view, moment);
  for (const key of OF_THE_MOMENT) parameters.delete(key);
  for (const [key, value] of moment) if (OF_THE_MOMENT.includes(key)) parameters.set(key, value);
  return readView(parameters);
}

/** Whether an address says what to look at, or how, and not only in which experiment. Then it says all of it. */
export function saysMoreThanExperiment(view: ViewState): boolean {
  const { experiment_id: _, ...rest } = view;
  const parameters = new URLSearchParams();
  writeView({ ...INITIAL_VIEW, ...rest }, parameters);
  return parameters.size > 0;
}
