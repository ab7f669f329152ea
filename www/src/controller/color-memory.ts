// The colours a person chose for runs, remembered for each database in this browser, and the same in all of its tabs.

import { type ChosenColor, type ChosenColors, isColor, readChosenColors, writeChosenColors } from '../model/chosen-colors';

const KEY = 'entrenar-dashboard:colors:';
/** As the package calls it where nothing is said. */
const UNNAMED = 'entrenar';

export class ColorMemory {
  readonly #key: string;
  readonly #changed: () => void;
  #colors: ChosenColors;

  /** `changed`: another tab has chosen. */
  constructor(database: string | undefined, changed: () => void) {
    this.#key = KEY + (database || UNNAMED);
    this.#changed = changed;
    this.#colors = this.#read();
    addEventListener('storage', this.#stored);
  }

  get colors(): ChosenColors {
    return this.#colors;
  }

  /** `undefined`: the run has the colour again that it is given. */
  choose(run_id: string, color: ChosenColor | undefined): void {
    const others = [...this.#colors].filter(([id]) => id !== run_id);
    this.#keep(new Map(isColor(color) ? [...others, [run_id, color]] : others));
  }

  forget(run_ids?: readonly string[]): void {
    this.#keep(new Map([...this.#colors].filter(([id]) => run_ids && !run_ids.includes(id))));
  }

  stop(): void {
    removeEventListener('storage', this.#stored);
  }

  #keep(colors: ChosenColors): void {
    if (colors.size === 0 && this.#colors.size === 0) return;
    this.#colors = colors;
    // A page without site data keeps them as long as it lasts.
    try {
      if (colors.size > 0) localStorage.setItem(this.#key, writeChosenColors(colors));
      else localStorage.removeItem(this.#key);
    } catch {
      return;
    }
  }

  #read(): ChosenColors {
    try {
      return readChosenColors(localStorage.getItem(this.#key));
    } catch {
      return new Map();
    }
  }

  readonly #stored = ({ key }: StorageEvent): void => {
    if (key !== this.#key && key !== null) return;
    this.#colors = this.#read();
    this.#changed();
  };
}
