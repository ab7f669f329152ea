// How the page is laid out for one experiment: what is remembered in this browser and is in no link.

export const CHART_HEIGHTS = ['small', 'medium', 'large'] as const;
export type ChartHeight = (typeof CHART_HEIGHTS)[number];
export const MOST_COLUMNS = 6;
/** What a page of unknown origin may have left in the browser's storage is not read without end. */
const MOST_NAMES = 5000;

export interface Layout {
  /** Per cent of the width that the runs table has; undefined leaves it to the page. */
  split: number | undefined;
  chartHeight: ChartHeight;
  /** Charts beside each other at most; 0: as many as fit. */
  chartColumns: number;
  /** Paths of metric groups whose charts are not shown. */
  folded: readonly string[];
  /** Paths of groups, and keys of metrics, that come before all others, in this order. */
  pinnedGroups: readonly string[];
  pinnedCharts: readonly string[];
}

export const INITIAL_LAYOUT: Layout = {
  split: undefined,
  chartHeight: 'medium',
  chartColumns: 0,
  folded: [],
  pinnedGroups: [],
  pinnedCharts: [],
};

/** The height of the plotted area, in CSS pixels. */
export const PLOT_PX: Record<ChartHeight, number> = { small: 140, medium: 210, large: 340 };

/** Reads what was remembered; whatever makes no sense is as it is at first. */
export function readLayout(remembered: unknown): Layout {
  const layout = { ...INITIAL_LAYOUT };
  if (typeof remembered !== 'object' || remembered === null) return layout;
  const { split, chartHeight, chartColumns, folded, pinnedGroups, pinnedCharts } = remembered as Record<string, unknown>;
  if (typeof split === 'number' && split > 0 && split < 100) layout.split = split;
  if (CHART_HEIGHTS.includes(chartHeight as ChartHeight)) layout.chartHeight = chartHeight as ChartHeight;
  if (Number.isInteger(chartColumns) && (chartColumns as number) >= 0 && (chartColumns as number) <= MOST_COLUMNS)
    layout.chartColumns = chartColumns as number;
  layout.folded = names(folded);
  layout.pinnedGroups = names(pinnedGroups);
  layout.pinnedCharts = names(pinnedCharts);
  return layout;
}

function names(remembered: unknown): readonly string[] {
  if (!Array.isArray(remembered)) return [];
  return [...new Set(remembered.slice(0, MOST_NAMES).filter((name) => typeof name === 'string'))];
}

/** The list without the name, or with it at the end. */
export function toggled(list: readonly string[], name: string): readonly string[] {
  return list.includes(name) ? list.filter((each) => each !== name) : [...list, name];
}
