// The numbers of a chart as a table: what is visible, and where there is more than fits, least and greatest per row.

import { html, type TemplateResult } from 'lit';
import { formatX } from '../chart/axes';
import type { Range } from '../chart/chart-sync';
import type { PlottedCurve } from '../chart/paint';
import { xBounds } from '../model/bounds';
import type { Curve } from '../model/curve';
import { exactValue, formatValue, formatValues } from '../model/format';
import type { Bounds } from '../model/scale';
import { pointsIn, type Row, tableRows } from '../model/table-rows';
import type { ViewState } from '../model/view-state';

const ROWS = 200;

export function chartTable(plotted: readonly PlottedCurve[], view: ViewState, visible: Range | undefined): TemplateResult {
  const curves = plotted.map((each) => each.curve);
  const bounds = visible ? { min: visible[0], max: visible[1] } : xBounds(curves, false);
  const rows = bounds ? tableRows(curves, bounds, ROWS, view.xAxis === 'step') : [];
  return html`<div class="table" tabindex="0" role="region" aria-label="The chart's data" data-testid="chart-table">
    <table>
      <thead>
        <tr>
          <th scope="col">${view.xAxis === 'step' ? 'Step' : 'Time'}</th>
          ${plotted.map((each) => html`<th scope="col" title=${each.name}>${each.label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <th scope="row">${formatX(row.from, view.xAxis)}</th>
              ${cells(curves, row, bounds!).map(({ text, exact }) => html`<td title=${exact}>${text}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

interface Cell {
  text: string;
  exact: string;
}

function cells(curves: readonly Curve[], row: Row, bounds: Bounds): Cell[] {
  const values = curves.map((curve) => valuesIn(curve, row, bounds));
  // Those of one row stand side by side, and are told apart.
  const single = formatValues(values.map((each) => (each.length === 1 ? each[0] : undefined)));
  return values.map((each, i) => ({
    text: each.length === 0 ? '' : each.length === 1 ? single[i]! : each.map((value) => formatValue(value)).join(' … '),
    exact: each.map(exactValue).join(' … '),
  }));
}

/** Nothing, the one value, or the least and the greatest of several. */
function valuesIn(curve: Curve, row: Row, bounds: Bounds): number[] {
  const { from, to } = pointsIn(curve, row, bounds);
  const first = curve.point(from);
  const last = curve.point(to - 1);
  if (to <= from || !first || !last) return [];
  if (to - from === 1) return [first.value];
  // From the first of them to the last, no line that leads to others is looked at.
  const extent = curve.extent({ min: first.x, max: last.x, log: false }, 0, false);
  return extent ? [extent.min, extent.max] : [first.value];
}
