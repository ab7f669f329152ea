// The numbers of a chart as a table: what is visible, and where there is more than fits, least and greatest per row.

import { html, type TemplateResult } from 'lit';
import { formatX } from '../chart/axes';
import type { Range } from '../chart/chart-sync';
import type { PlottedCurve } from '../chart/paint';
import { xBounds } from '../model/bounds';
import { formatValue } from '../model/format';
import type { ViewState } from '../model/view-state';

const ROWS = 200;

export function chartTable(plotted: readonly PlottedCurve[], view: ViewState, visible: Range | undefined): TemplateResult {
  const rows = rowEdges(plotted, visible);
  return html`<div class="table" tabindex="0" role="region" aria-label="The chart's data" data-testid="chart-table">
    <table>
      <thead>
        <tr>
          <th scope="col">${view.xAxis === 'step' ? 'Step' : 'Time'}</th>
          ${plotted.map((each) => html`<th scope="col">${each.label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([from, to]) =>
            html`<tr>
              <th scope="row">${formatX(from, view.xAxis)}</th>
              ${plotted.map(({ curve }) => html`<td>${cell(curve, from, to)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** One row per x where they fit, else equal parts of the range. */
function rowEdges(plotted: readonly PlottedCurve[], visible: Range | undefined): Range[] {
  const full = xBounds(
    plotted.map((each) => each.curve),
    false,
  );
  if (!full) return [];
  const [min, max] = visible ?? [full.min, full.max];
  const xs = new Set<number>();
  for (const { curve } of plotted) {
    const last = curve.indexAt(max, true);
    for (let i = curve.indexAt(min); i < last && xs.size <= ROWS; i++) xs.add(curve.x(i));
  }
  if (xs.size <= ROWS) {
    const sorted = [...xs].sort((a, b) => a - b);
    return sorted.map((x) => [x, x]);
  }
  const width = (max - min) / ROWS;
  return Array.from({ length: ROWS }, (_, row) => [min + row * width, min + (row + 1) * width]);
}

function cell(curve: PlottedCurve['curve'], from: number, to: number): string {
  const first = curve.indexAt(from);
  const end = from === to ? curve.indexAt(to, true) : curve.indexAt(to);
  if (end <= first) return '';
  if (end - first === 1) return formatValue(curve.values[first]!);
  curve.extremes.query(first, end);
  const { least, greatest } = curve.extremes;
  if (least < 0) return formatValue(curve.values[first]!);
  return `${formatValue(curve.values[least]!)} … ${formatValue(curve.values[greatest]!)}`;
}
