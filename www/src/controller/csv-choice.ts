// The CSV file that was chosen and is not imported yet: what it holds, and what a person says of its columns.

import { type SingleRole, withMetric, withRole } from '../model/csv-columns';
import type { CsvColumns, CsvPreview, Storage } from '../tracker';

export interface ChosenCsv {
  file: File;
  preview: CsvPreview;
  /** What was said of its columns; the rest is found by their names. */
  columns: CsvColumns;
}

/** The column at an index is given a role, none is, or one becomes a metric or is left out. */
export type ColumnChoice = { role: SingleRole; index: number } | { role: 'metric'; index: number; isMetric: boolean };

export class CsvChooser {
  #chosen: ChosenCsv | undefined;
  /** Counts what was asked for: an answer that is out of date by then is not shown. */
  #asked = 0;
  readonly #show: () => void;

  constructor(show: () => void) {
    this.#show = show;
  }

  get chosen(): ChosenCsv | undefined {
    return this.#chosen;
  }

  /** Shows what is in a file. False if it is no CSV file, or none of which anything could be chosen: an import says what is wrong. */
  async open(storage: Storage, file: File): Promise<boolean> {
    this.#change(undefined);
    this.#asked += 1;
    const asked = this.#asked;
    const preview = await storage.preview_csv(file).catch(() => undefined);
    if (asked !== this.#asked) return true;
    if (!preview || preview.columns.length < 2) return false;
    this.#change({ file, preview, columns: {} });
    return true;
  }

  async choose(storage: Storage, choice: ColumnChoice): Promise<void> {
    if (!this.#chosen) return;
    const { file, columns, preview } = this.#chosen;
    const next =
      choice.role === 'metric'
        ? withMetric(columns, preview, choice.index, choice.isMetric)
        : withRole(columns, preview, choice.role, choice.index);
    this.#asked += 1;
    const asked = this.#asked;
    const seen = await storage.preview_csv(file, { columns: next });
    if (asked === this.#asked) this.#change({ file, preview: seen, columns: next });
  }

  /** The file to be imported now; it is chosen no longer. */
  take(): ChosenCsv | undefined {
    const chosen = this.#chosen;
    this.dismiss();
    return chosen;
  }

  dismiss(): void {
    this.#asked += 1;
    if (this.#chosen) this.#change(undefined);
  }

  #change(chosen: ChosenCsv | undefined): void {
    this.#chosen = chosen;
    this.#show();
  }
}
