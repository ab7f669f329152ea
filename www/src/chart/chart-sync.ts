// What all charts of a dashboard have in common while the pointer moves: where the cursor is, the visible x range, the run
// that stands out, and the run that is shown alone.

export type Range = readonly [number, number];

export class ChartSync extends EventTarget {
  cursor: number | undefined;
  range: Range | undefined;
  /** The run that is drawn in front, the others dimmed. */
  emphasised: string | undefined;
  /** The run that alone is drawn, until the reader lets go of it. */
  solo: string | undefined;

  /** `by` is the chart that moves the cursor itself. */
  moveCursor(x: number | undefined, by: object): void {
    if (x === this.cursor) return;
    this.cursor = x;
    this.dispatchEvent(new CustomEvent('cursor', { detail: by }));
  }

  /** `undefined` shows everything. */
  zoom(range: Range | undefined): void {
    if (range?.[0] === this.range?.[0] && range?.[1] === this.range?.[1]) return;
    this.range = range;
    this.dispatchEvent(new Event('range'));
  }

  emphasise(run_id: string | undefined): void {
    if (run_id === this.emphasised) return;
    this.emphasised = run_id;
    this.dispatchEvent(new Event('emphasis'));
  }

  /** Asked for again, it brings the others back; so does `undefined`. */
  toggleSolo(run_id: string | undefined): void {
    const solo = run_id === this.solo ? undefined : run_id;
    if (solo === this.solo) return;
    this.solo = solo;
    this.dispatchEvent(new Event('solo'));
  }
}
