// The view in the page's address: read once and on back and forward, written as it changes. Browsers let a page write it
// only so often (WebKit a hundred times in thirty seconds, then it throws): what is refused is written later.

import { readSteps, stepAfter } from '../model/history-steps';
import { readView, type ViewState, writeView } from '../model/view-state';

const AGAIN_MS = 2000;

export class Address {
  readonly #onNavigate: (view: ViewState) => void;

  #lastStep_ms = Number.NEGATIVE_INFINITY;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(onNavigate: (view: ViewState) => void) {
    this.#onNavigate = onNavigate;
    addEventListener('popstate', this.#navigated);
  }

  read(): ViewState {
    return readView(new URLSearchParams(location.search));
  }

  /** `step` makes it a place that the back button returns to, unless it belongs to the gesture that made the last one. */
  write(view: ViewState, step: boolean): void {
    const url = new URL(location.href);
    writeView(view, url.searchParams);
    clearTimeout(this.#later);
    if (url.href === location.href) return;
    const count = readSteps(history.state);
    const steps = step ? stepAfter({ count, last_ms: this.#lastStep_ms }, performance.now()) : undefined;
    try {
      if (steps) history.pushState({ entrenar: steps.count }, '', url);
      else history.replaceState({ entrenar: count }, '', url);
      if (step) this.#lastStep_ms = performance.now();
    } catch {
      this.#later = setTimeout(() => this.write(view, step), AGAIN_MS);
    }
  }

  stop(): void {
    clearTimeout(this.#later);
    removeEventListener('popstate', this.#navigated);
  }

  readonly #navigated = () => this.#onNavigate(this.read());
}
