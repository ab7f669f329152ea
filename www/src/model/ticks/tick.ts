// Where an axis is marked, and what it says there.

export interface Tick {
  value: number;
  label: string;
}

/** An axis has at least two ticks, or it could not be read, and at most this many, however long it is. */
export const FEWEST = 2;
export const MOST = 12;

/** How many ticks have room. */
export function room(pixels: number, spacing: number): number {
  return Math.max(FEWEST, Math.min(MOST, Math.floor(pixels / spacing)));
}
