// Remembers across a reload what was about to be deleted: the page that comes back says that it is still there.

const KEY = 'entrenar-dashboard:deleting:';

export class PromisedDeletion {
  readonly #key: string;

  constructor(database: string | undefined) {
    this.#key = KEY + (database ?? '');
  }

  /** `what` is about to be deleted; `undefined`: nothing is any more. */
  remember(what: string | undefined): void {
    // A page without site data has no such memory, and does not need it to work.
    try {
      if (what === undefined) sessionStorage.removeItem(this.#key);
      else sessionStorage.setItem(this.#key, what);
    } catch {
      return;
    }
  }

  /** What the page before this one was about to delete. */
  take(): string | undefined {
    try {
      const what = sessionStorage.getItem(this.#key) ?? undefined;
      sessionStorage.removeItem(this.#key);
      return what;
    } catch {
      return undefined;
    }
  }
}
