// Deletion with time to change one's mind: what is deleted is hidden at once and really goes when the time is up.
// A page closed before that deletes nothing; opened again it is told what it had promised.

const GRACE_MS = 7000;

interface Deletion {
  ids: readonly string[];
  carryOut: () => Promise<void>;
}

export class PendingDeletion {
  readonly #changed: () => void;
  /** Can still be undone. */
  #pending: Deletion | undefined;
  /** Under way, in order. */
  readonly #deleting = new Set<Deletion>();
  #last: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  hides(id: string): boolean {
    if (this.#pending?.ids.includes(id)) return true;
    for (const { ids } of this.#deleting) if (ids.includes(id)) return true;
    return false;
  }

  /** Hides these ids until it is their turn. An earlier deletion becomes final. */
  begin(ids: readonly string[], carryOut: () => Promise<void>): void {
    this.#commit();
    this.#pending = { ids, carryOut };
    this.#timer = setTimeout(() => this.#commit(), GRACE_MS);
    this.#changed();
  }

  undo(): void {
    clearTimeout(this.#timer);
    this.#pending = undefined;
    this.#changed();
  }

  /** Resolved when everything that was deleted is gone. */
  async finish(): Promise<void> {
    this.#commit();
    await this.#last;
  }

  #commit(): void {
    clearTimeout(this.#timer);
    const deletion = this.#pending;
    this.#pending = undefined;
    if (!deletion) return;
    this.#deleting.add(deletion);
    const carryOut = async () => {
      try {
        await deletion.carryOut();
      } finally {
        this.#deleting.delete(deletion);
        this.#changed();
      }
    };
    // One that failed does not keep the next from being carried out.
    this.#last = this.#last.then(carryOut, carryOut);
  }
}
