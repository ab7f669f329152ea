// The axes of a chart as uPlot draws them. It is given positions between 0 and 1 and the texts to put there: whatever the
// data, uPlot itself never divides a range.

import type uPlot from 'uplot';
import { formatDuration, formatStep } from '../model/format';
import type { Tick } from '../model/ticks';
import type { XAxis } from '../model/x-axis';

export interface ChartColors {
  ink: string;
  line: string;
  font: string;
}

/** A tick where it lies on its axis: 0 at the least, 1 at the greatest. */
export interface PlacedTick extends Tick {
  at: number;
}

const FONT_PX = 11;
const GAP_PX = 4;
const Y_SIZE = { least: 50, most: 130 };

export function formatX(x: number, axis: XAxis): string {
  if (axis === 'step') return formatStep(x);
  if (axis === 'relative') return formatDuration(x);
  return new Date(x).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' });
}

export function chartAxes(ticks: () => { x: readonly PlacedTick[]; y: readonly PlacedTick[] }, colors: ChartColors): uPlot.Axis[] {
  const axis = (of: () => readonly PlacedTick[]): uPlot.Axis => ({
    stroke: colors.ink,
    font: `${FONT_PX}px ${colors.font}`,
    grid: { stroke: colors.line, width: 1 },
    ticks: { show: false },
    gap: GAP_PX,
    splits: () => of().map(({ at }) => at),
    filter: (_, splits) => splits,
    values: () => of().map(({ label }) => label),
  });
  return [
    { ...axis(() => ticks().x), size: 26, grid: { show: false } },
    { ...axis(() => ticks().y), size: (plot, labels) => widthOf(plot, labels ?? [], colors.font) },
  ];
}

/** Of labels by font: setting a font and measuring takes longer than all else that an axis does. */
const widths = new Map<string, Map<string, number>>();
const MOST_WIDTHS = 2000;

/** As wide as its longest label. */
function widthOf({ ctx }: uPlot, labels: readonly string[], font: string): number {
  const known = widths.get(font) ?? new Map<string, number>();
  widths.set(font, known);
  const unknown = labels.filter((label) => !known.has(label));
  if (unknown.length > 0) {
    if (known.size > MOST_WIDTHS) known.clear();
    // uPlot remembers which font it has set: it gets it back.
    const before = ctx.font;
    ctx.font = `${FONT_PX}px ${font}`;
    for (const label of labels) known.set(label, ctx.measureText(label).width);
    ctx.font = before;
  }
  const longest = Math.max(0, ...labels.map((label) => known.get(label) ?? 0));
  return Math.max(Y_SIZE.least, Math.min(Y_SIZE.most, Math.ceil(longest) + 3 * GAP_PX));
}
