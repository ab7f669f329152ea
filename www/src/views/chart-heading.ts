// A chart's name, and what can be done with the chart.

import { html, type TemplateResult } from 'lit';
import { filesMenu } from './chart-files';
import { pinButton } from './pin-button';
import { keyText } from './unseen';

interface Heading {
  metric: string;
  /** Of the heading among the page's. */
  level: number;
  tabular: boolean;
  adjusting: boolean;
  large: boolean;
  pinned: boolean;
  toggleTable(): void;
  toggleSize(): void;
  adjust(): void;
  pin(): void;
  save: Parameters<typeof filesMenu>[1];
}

export function chartHeading({
  metric,
  level,
  tabular,
  adjusting,
  large,
  pinned,
  toggleTable,
  toggleSize,
  adjust,
  pin,
  save,
}: Heading): TemplateResult {
  return html`
    <div class="heading">
      <h4 title=${metric} aria-level=${level}>${keyText(metric)}</h4>
      <div class="actions">
        <button class="plain" aria-pressed=${tabular} data-testid="chart-table-toggle" @click=${toggleTable}>Table</button>
        ${filesMenu(tabular, save)}
        <button class="plain" data-testid="chart-settings" aria-haspopup="dialog" aria-expanded=${adjusting} @click=${adjust}>Axes</button>
        <button class="plain" aria-pressed=${large} @click=${toggleSize}>${large ? 'Smaller' : 'Larger'}</button>
      </div>
      ${pinButton(metric, pinned, pin)}
    </div>
  `;
}
