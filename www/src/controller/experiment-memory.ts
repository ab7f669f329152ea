// What this browser remembers of an experiment: how it was last looked at, and how the page was laid out for it. A browser that
// keeps nothing, or has no room, has no such memory: the page works without.

import { type Layout, readLayout } from '../model/layout';

const KEY = 'entrenar-dashboard:experiment:';

export interface Remembered {
  /** As `writeRememberedView` writes it. */
  view: string;
  layout: Layout;
}

export class ExperimentMemory {
  readonly #prefix: string;
  /** What is remembered of the experiment that was last recalled, so that only what has changed is written. */
  #known = '';

  constructor(database: string | undefined) {
    this.#prefix = `${KEY}${encodeURIComponent(database ?? '')}:`;
  }

  /** Undefined for an experiment of which nothing was ever chosen. */
  recall(experiment_id: string): Remembered | undefined {
    try {
      const read: unknown = JSON.parse(localStorage.getItem(this.#prefix + experiment_id) ?? 'null');
      if (typeof read !== 'object' || read === null) return undefined;
      const { view, layout } = read as Record<string, unknown>;
      return { view: typeof view === 'string' ? view : '', layout: readLayout(layout) };
    } catch {
      return undefined;
    }
  }

  /** From here on changes of `shown` are remembered: what was only recalled is not. */
  begin(shown: Remembered): void {
    this.#known = JSON.stringify(shown);
  }

  remember(experiment_id: string, shown: Remembered): void {
    const text = JSON.stringify(shown);
    if (text === this.#known) return;
    this.#known = text;
    try {
      localStorage.setItem(this.#prefix + experiment_id, text);
    } catch {
      return;
    }
  }

  forget(experiment_id: string): void {
    try {
      localStorage.removeItem(this.#prefix + experiment_id);
    } catch {
      return;
    }
  }
}
