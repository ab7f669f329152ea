// How wide the runs table beside the charts may be: in per cent of the width that both share.

/** Neither is narrower than this, in CSS pixels. The style sheet of the dashboard says the same. */
export const LEAST_TABLE_PX = 240;
export const LEAST_CHARTS_PX = 440;
/** Between table and charts, with the handle in it. */
export const GAP_PX = 24;
const AUTOMATIC = { least_px: 340, share: 27 };

export interface SplitLimits {
  least: number;
  most: number;
}

export function splitLimits(width: number): SplitLimits {
  const least = Math.ceil((LEAST_TABLE_PX / width) * 100);
  return { least, most: Math.max(least, Math.floor(((width - GAP_PX - LEAST_CHARTS_PX) / width) * 100)) };
}

export function clampSplit(split: number, width: number): number {
  const { least, most } = splitLimits(width);
  return Math.min(most, Math.max(least, split));
}

/** The split that is shown: the chosen one within its limits, else the page's own. */
export function shownSplit(split: number | undefined, width: number): number {
  return clampSplit(split ?? Math.max(AUTOMATIC.share, (AUTOMATIC.least_px / width) * 100), width);
}

const STEP = 2;

/** Where a key moves the handle; undefined for keys that do not. */
export function movedSplit(key: string, split: number, width: number, rightToLeft: boolean): number | undefined {
  const { least, most } = splitLimits(width);
  const [narrower, wider] = rightToLeft ? ['ArrowRight', 'ArrowLeft'] : ['ArrowLeft', 'ArrowRight'];
  const moved = { [narrower]: split - STEP, [wider]: split + STEP, Home: least, End: most }[key];
  return moved === undefined ? undefined : clampSplit(moved, width);
}
