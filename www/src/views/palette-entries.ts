// What the command palette offers: the dashboard's commands, and everything that has a name. Each is an intent that other
// views send too.

import type { Intent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { metricKeys } from '../model/metric-groups';
import { experimentName, shownKey } from '../model/names';
import { runName } from '../model/run-state';
import type { ViewState } from '../model/view-state';

export interface Entry {
  kind: 'Command' | 'Run' | 'Metric' | 'Experiment';
  name: string;
  /** What tells it from others of the same name. */
  note?: string;
  intent: Intent;
}

export function paletteEntries(snapshot: Snapshot): Entry[] {
  const { runs, experiments, experiment, selected } = snapshot;
  return [
    ...commands(snapshot),
    // What is charted comes before what is not.
    ...metricKeys(selected).map(
      (key): Entry => ({ kind: 'Metric', name: shownKey(key), intent: view({ panel: 'charts', metricQuery: key }) }),
    ),
    ...[...runs].reverse().map((run): Entry => {
      const name = runName(run);
      return { kind: 'Run', name, ...(name !== run.run_id && { note: run.run_id }), intent: view({ run_id: run.run_id }) };
    }),
    ...experiments
      .filter((each) => each.experiment_id !== experiment?.experiment_id)
      .map((each): Entry => {
        const { experiment_id } = each;
        return { kind: 'Experiment', name: experimentName(each), note: experiment_id, intent: { type: 'open-experiment', experiment_id } };
      }),
  ];
}

function view(change: Partial<ViewState>): Intent {
  return { type: 'view', change };
}

function commands({ view: now, experiment, colors, selected, listed }: Snapshot): Entry[] {
  if (!experiment) return [];
  const found: Entry[] = [];
  const offer = (when: boolean, name: string, intent: Intent) => {
    if (when) found.push({ kind: 'Command', name, intent });
  };
  offer(now.panel !== 'charts', 'Show the charts', view({ panel: 'charts' }));
  offer(now.panel !== 'compare', 'Compare the selected runs', view({ panel: 'compare' }));
  offer(now.range !== undefined, 'Show everything: undo the zoom', view({ range: undefined } as Partial<ViewState>));
  offer(true, now.yLog ? 'Linear y axis' : 'Logarithmic y axis', view({ yLog: !now.yLog }));
  offer(now.xAxis !== 'wall', now.xLog ? 'Linear x axis' : 'Logarithmic x axis', view({ xLog: !now.xLog }));
  const axes = [
    ['step', 'X axis: step'],
    ['relative', 'X axis: time since the start'],
    ['wall', 'X axis: time of day'],
  ] as const;
  for (const [xAxis, name] of axes)
    offer(now.xAxis !== xAxis, name, view({ xAxis, range: undefined, ...(xAxis === 'wall' && { xLog: false }) } as Partial<ViewState>));
  for (const smoothing of [0, 0.6, 0.9, 0.99])
    offer(now.smoothing !== smoothing, smoothing > 0 ? `Smoothing ${smoothing}` : 'No smoothing', view({ smoothing }));
  offer(true, now.clip ? 'Show outliers' : 'Clip outliers', view({ clip: !now.clip }));
  offer(
    true,
    now.follow ? 'Follow the latest run no longer' : 'Follow the latest run',
    view({ follow: !now.follow, selection: undefined } as Partial<ViewState>),
  );
  const ids = listed.map(({ run_id }) => run_id);
  offer(ids.length > selected.length, `Show all ${ids.length} listed runs in the charts`, view({ selection: ids, follow: false }));
  offer(now.selection !== undefined, 'Show the newest runs', view({ selection: undefined, follow: false } as Partial<ViewState>));
  offer(now.run_id !== undefined, "Close the run's detail", view({ run_id: undefined } as Partial<ViewState>));
  offer(now.metricQuery !== '', 'Show all metrics', view({ metricQuery: '' }));
  offer(now.query !== '' || now.states.length > 0, 'Clear the filter of runs', view({ query: '', states: [] }));
  offer(true, now.wideTable ? 'Runs beside the charts' : 'Wide table of runs', view({ wideTable: !now.wideTable }));
  offer(now.charts.size > 0, 'Draw all charts alike', view({ charts: new Map() }));
  offer(colors.size > 0, 'Automatic colours for all runs', { type: 'reset-colors' });
  return found;
}
