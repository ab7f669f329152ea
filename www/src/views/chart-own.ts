// What of a chart is its own and not as in all charts: said, and taken back; and the form, while it is open.

import { html, nothing, type TemplateResult } from 'lit';
import { ownInWords, settingsOfChart, settingsProblem, withoutOwn } from '../model/chart-settings';
import type { ViewState } from '../model/view-state';

interface Target {
  metric: string;
  view: ViewState;
  change(charts: ViewState['charts']): void;
}

export function ownLine({ metric, view, change }: Target): TemplateResult | typeof nothing {
  const own = view.charts.get(metric);
  if (!own) return nothing;
  const problem = settingsProblem(own, settingsOfChart(view, metric).yLog);
  return html`<p class="own" data-testid="chart-own">
    <span>Its own: ${ownInWords(own)}.${problem ? html` <span class="error">${problem}</span>` : nothing}</span>
    <button
      class="plain"
      data-testid="chart-own-reset"
      aria-label=${`Draw ${metric} as all charts`}
      @click=${() => change(withoutOwn(view.charts, metric))}
    >
      Reset
    </button>
  </p>`;
}

/** `anchor` is the button that opened it. The form is loaded by then. */
export function ownForm(
  { metric, view }: Omit<Target, 'change'>,
  anchor: Element | null,
  closed: () => void,
): TemplateResult | typeof nothing {
  if (!anchor) return nothing;
  return html`<entrenar-chart-settings .metric=${metric} .view=${view} .anchor=${anchor} @closed=${closed}></entrenar-chart-settings>`;
}
