// How long there has been something to lose.

import type { Snapshot } from './snapshot';

/** When the oldest experiment was created, and when something was last logged, as far as the open experiment says. */
export function loggedSpan({ experiments, runs }: Pick<Snapshot, 'experiments' | 'runs'>): { oldest_ms?: number; newest_ms?: number } {
  if (experiments.length === 0) return {};
  const created = experiments.map((experiment) => experiment.created_ms);
  const logged = runs.map((run) => run.ended_ms ?? run.heard_ms);
  return { oldest_ms: Math.min(...created), newest_ms: Math.max(...created, ...logged) };
}
