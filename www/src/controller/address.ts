// The view in the page's address: read once and on back and forward, written as it changes.

import { readView, type ViewState, writeView } from '../model/view-state';

export class Address {
  readonly #onNavigate: (view: ViewState) => void;

  constructor(onNavigate: (view: ViewState) => void) {
    this.#onNavigate = onNavigate;
    addEventListener('popstate', this.#navigated);
  }

  read(): ViewState {
    return readView(new URLSearchParams(location.search));
  }

  /** `step` makes it a place that the back button returns to. */
  write(view: ViewState, step: boolean): void {
    const url = new URL(location.href);
    writeView(view, url.searchParams);
    if (url.href === location.href) return;
    if (step) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
  }

  stop(): void {
    removeEventListener('popstate', this.#navigated);
  }

  readonly #navigated = () => this.#onNavigate(this.read());
}
