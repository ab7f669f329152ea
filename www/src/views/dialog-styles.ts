// Dialogs over the page: their frame, and what lies between them and the page.

import { css } from 'lit';

export const dialogStyles = css`
  dialog {
    max-width: none;
    padding: 0;
    border: 1px solid var(--line-strong);
    border-radius: 12px;
    background: var(--surface);
    box-shadow: 0 18px 60px rgb(0 0 0 / 0.28);
    color: var(--ink);
    font-family: var(--sans);
    font-size: 14px;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.25);
  }
`;
