// What becomes of the view when another experiment is opened, when a run begins, and when something that it names is gone.

import { INITIAL_VIEW, type ViewState } from './view-state';

/** Without what means nothing in another experiment: runs, a zoom, columns, what single charts are drawn with. */
export function leaveExperiment({ selection: _selection, run_id: _run, range: _range, columns: _columns, ...kept }: ViewState): ViewState {
  return { ...kept, charts: INITIAL_VIEW.charts };
}

/** With the run among the selected ones; where the choice is the dashboard's, it stays so. */
export function selectAlso(view: ViewState, run_id: string): ViewState {
  const { selection } = view;
  return !selection || selection.includes(run_id) ? view : { ...view, selection: [...selection, run_id] };
}

/** Without ids that are gone. Where no selected run is left the choice is the dashboard's again. */
export function withoutIds({ experiment_id, run_id, selection, ...kept }: ViewState, ids: readonly string[]): ViewState {
  const left = selection?.filter((id) => !ids.includes(id));
  return {
    ...kept,
    ...(experiment_id && !ids.includes(experiment_id) && { experiment_id }),
    ...(run_id && !ids.includes(run_id) && { run_id }),
    ...(left && left.length > 0 && { selection: left }),
  };
}
