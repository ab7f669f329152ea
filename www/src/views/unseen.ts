// Text that consists of nothing to be seen stays what it is, between quotes or with an id that the style sheet adds.

import { css, html, type TemplateResult } from 'lit';
import { canBeSeen } from '../model/names';
import type { RunRecord } from '../tracker';

export const unseenStyles = css`
  .unseen {
    white-space: pre;
  }
  .unseen[data-id]::after {
    content: attr(data-id);
    font-style: italic;
  }
  .unseen:not([data-id])::before {
    content: '“';
  }
  .unseen:not([data-id])::after {
    content: '”';
  }
`;

export function keyText(key: string): string | TemplateResult {
  return canBeSeen(key) ? key : html`<span class="unseen">${key}</span>`;
}

/** `shown`: what stands for a name that can be seen. */
export function nameText({ run_name, run_id }: RunRecord, shown: string): string | TemplateResult {
  return run_name === undefined || canBeSeen(run_name) ? shown : html`<span class="unseen" data-id=${run_id}>${run_name}</span>`;
}
