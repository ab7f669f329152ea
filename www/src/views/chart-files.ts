// What of a chart can be taken out of the page: its points exactly, as CSV and JSON, and its picture, as PNG and SVG.

import { html, type TemplateResult } from 'lit';
import type { ChartSync } from '../chart/chart-sync';
import type { PlottedCurve } from '../chart/paint';
import type { Drawing, Names } from '../chart/picture';
import { csvRows } from '../model/csv';
import { jsonPieces } from '../model/points-json';
import type { ViewState } from '../model/view-state';
import type { XAxis } from '../model/x-axis';
import { saveFile } from '../save-file';
import { placePopover } from './popover';

export interface ChartFile {
  metric: string;
  view: ViewState;
  range: ChartSync['range'];
  plotted: readonly PlottedCurve[];
  /** Undefined while the chart is a table. */
  drawing: Drawing | undefined;
  style: CSSStyleDeclaration;
}

type Kind = 'csv' | 'json' | 'png' | 'svg';

/** What a file calls x. */
const X_NAMES: Record<XAxis, string> = { step: 'step', relative: 'relative_ms', wall: 'timestamp_ms' };
const AXIS_NAMES: Record<XAxis, string> = { step: 'Step', relative: 'Time since the start', wall: 'Time' };

/** The button and what it opens. */
export function filesMenu(tabular: boolean, save: (kind: Kind) => void): TemplateResult {
  const button = (kind: Kind, title: string, disabled = false) =>
    html`<button class="plain" data-testid=${`chart-${kind}`} title=${title} ?disabled=${disabled} @click=${(event: Event) => {
      (event.target as Element).closest<HTMLElement>('[popover]')?.hidePopover();
      save(kind);
    }}>${kind.toUpperCase()}</button>`;
  const points = 'The points that are shown, exactly';
  const toggled = (event: ToggleEvent) => placePopover(event, (event.target as Element).previousElementSibling!, 190);
  return html`<button class="plain" popovertarget="files" data-testid="chart-files">Save</button>
    <div id="files" popover role="group" aria-label="Save the chart as" @beforetoggle=${toggled}>
      ${button('csv', points)} ${button('json', points)} ${button('png', 'The picture, as it is on the screen', tabular)}
      ${button('svg', 'The picture, in lines that can be enlarged', tabular)}
    </div>`;
}

export async function saveChart(kind: Kind, file: ChartFile): Promise<void> {
  const blob = await { csv: csvBlob, json: jsonBlob, png: pngBlob, svg: svgBlob }[kind](file);
  if (blob) saveFile(blob, `${file.metric}.${kind}`);
}

function csvBlob({ plotted, view, range }: ChartFile): Blob {
  return new Blob([...csvRows(plotted, X_NAMES[view.xAxis], boundsOf(range))], { type: 'text/csv' });
}

function jsonBlob({ plotted, metric, view, range }: ChartFile): Blob {
  return new Blob([...jsonPieces(plotted, metric, X_NAMES[view.xAxis], boundsOf(range))], { type: 'application/json' });
}

async function pngBlob(file: ChartFile): Promise<Blob | null> {
  const { pngOf } = await import('../chart/export-png');
  return file.drawing ? pngOf(file.drawing, namesOf(file), file.style) : null;
}

async function svgBlob(file: ChartFile): Promise<Blob | null> {
  const { svgOf } = await import('../chart/export-svg');
  return file.drawing ? new Blob([svgOf(file.drawing, namesOf(file), file.style)], { type: 'image/svg+xml' }) : null;
}

function boundsOf(range: ChartSync['range']): { min: number; max: number } {
  const [min, max] = range ?? [-Infinity, Infinity];
  return { min, max };
}

function namesOf({ metric, view: { xAxis, xLog, yLog, smoothing } }: ChartFile): Names {
  const name = (axis: string, ...ways: string[]) => {
    const said = ways.filter(Boolean).join(', ');
    return said ? `${axis} (${said})` : axis;
  };
  const log = (is: boolean) => (is ? 'logarithmic' : '');
  const ways = [log(yLog), smoothing > 0 ? `smoothed ${smoothing}` : ''];
  const last = metric.slice(metric.lastIndexOf('/') + 1) || metric;
  return { title: metric, x: name(AXIS_NAMES[xAxis], log(xLog)), y: [metric, last, 'Value'].map((y) => name(y, ...ways)) };
}
