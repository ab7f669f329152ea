// Deletion with time to change one's mind: what is deleted is hidden at once and really goes when the time is up.
// A page closed before that deletes nothing.

const GRACE_MS = 7000;

export class PendingDeletion {
  readonly #changed: () => void;
  readonly #ids = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #carryOut: (() => Promise<void>) | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  hides(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Carries out an earlier deletion at once, then hides these ids until it is their turn. */
  async begin(ids: readonly string[], carryOut: () => Promise<void>): Promise<void> {
    await this.finish();
    for (const id of ids) this.#ids.add(id);
    this.#carryOut = carryOut;
    this.#timer = setTimeout(() => void this.finish(), GRACE_MS);
    this.#changed();
  }

  undo(): void {
    clearTimeout(this.#timer);
    this.#carryOut = undefined;
    this.#ids.clear();
    this.#changed();
  }

  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    const carryOut = this.#carryOut;
    this.#carryOut = undefined;
    if (!carryOut) return;
    await carryOut();
    this.#ids.clear();
    this.#changed();
  }
}
