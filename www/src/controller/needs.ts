// Which series have to be read for what the reader looks at.

import { bestKeys, listedMetrics } from '../model/judged-metrics';
import type { RunRecord } from '../tracker';
import type { Need } from './series-cache';
import type { Snapshot } from './snapshot';

/** What views have said that is seen of them. */
export interface Attention {
  /** The metrics whose charts are in sight. */
  charts: ReadonlySet<string>;
}

export function neededSeries({ view, selected, detail, allMetricsOf }: Snapshot, { charts }: Attention): Need[] {
  const needs: Need[] = [];
  const add = (runs: readonly RunRecord[], wanted: (key: string) => boolean) => {
    for (const run of runs) for (const { key } of run.metrics) if (wanted(key)) needs.push({ run_id: run.run_id, key });
  };
  if (view.panel === 'charts') add(selected, (key) => charts.has(key));
  else {
    const best = new Set(bestKeys(selected));
    add(selected, (key) => best.has(key));
  }
  if (detail) for (const { key } of listedMetrics(detail, allMetricsOf)) needs.push({ run_id: detail.run_id, key });
  return needs;
}
