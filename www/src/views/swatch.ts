// A run's colour, and its dash where it has one.

import { css, html, type TemplateResult } from 'lit';
import type { RunStroke } from '../model/run-colors';

export function swatch({ color, dash }: RunStroke): TemplateResult {
  return html`<span class=${dash.length > 0 ? 'swatch dashed' : 'swatch'} .style=${`background: ${color}`}></span>`;
}

export const swatchStyles = css`
  .swatch {
    flex: none;
    width: 10px;
    height: 10px;
    border-radius: 3px;
  }
  .swatch.dashed {
    width: 14px;
    border-radius: 1px;
    mask-image: repeating-linear-gradient(90deg, #000 0 3px, transparent 3px 5.5px);
  }
`;
