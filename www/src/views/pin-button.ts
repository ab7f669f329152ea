// The button that puts a group or a chart before all others.

import { css, html, type TemplateResult } from 'lit';

export const pinButtonStyles = css`
  button.pin {
    flex: none;
    padding: 2px 5px;
  }
  button.pin svg {
    width: 14px;
    height: 14px;
    fill: none;
    stroke: currentColor;
    stroke-linejoin: round;
    stroke-width: 1.5;
  }
  button.pin[aria-pressed='true'] svg {
    fill: currentColor;
  }
`;

export function pinButton(what: string, pinned: boolean, toggle: () => void): TemplateResult {
  return html`<button
    class="plain pin"
    data-testid="pin"
    aria-label=${`Pin ${what}`}
    aria-pressed=${pinned}
    title=${pinned ? 'Put it back in its place' : 'Show it before all others'}
    @click=${toggle}
  >
    <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M5.5 2h5l-.7 5 2.2 2.5H4L6.200 7zM8 9.500V14" /></svg>
  </button>`;
}
