// How buttons, fields and small pieces of text look in every view.

import { css } from 'lit';

export const controls = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: 32px;
    padding: 4px 12px;
    border: 1px solid var(--line);
    border-radius: 6px;
    background: var(--surface);
    font-size: 13px;
    font-weight: 500;
    line-height: 1.3;
    white-space: nowrap;
    cursor: pointer;
    transition: background-color 0.12s, border-color 0.12s;
  }
  button:hover:not(:disabled) {
    border-color: var(--line-strong);
  }
  button:disabled {
    color: var(--ink-soft);
    opacity: 0.65;
    cursor: default;
  }
  button[aria-pressed='true'] {
    border-color: var(--accent);
    background: var(--accent-wash);
    color: var(--accent);
  }
  button.primary {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--accent-ink);
  }
  button.plain {
    min-height: 26px;
    padding: 2px 6px;
    border-color: transparent;
    background: none;
    color: var(--ink-soft);
  }
  button.plain:hover:not(:disabled) {
    background: var(--sunken);
    color: var(--ink);
  }
  button.danger {
    color: var(--bad);
  }
  input[type='search'],
  input[type='text'],
  input[type='url'],
  input[type='password'],
  select {
    min-height: 32px;
    padding: 4px 9px;
    border: 1px solid var(--line);
    border-radius: 6px;
    background: var(--surface);
    font-size: 13px;
  }
  input::placeholder {
    color: var(--ink-soft);
    opacity: 1;
  }
  input[type='range'] {
    accent-color: var(--accent);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  h2,
  h3,
  h4,
  p {
    margin: 0;
  }
  .label {
    color: var(--ink-soft);
    font-size: 12px;
  }
  .number {
    font-family: var(--mono);
    font-size: 0.93em;
    font-variant-numeric: tabular-nums;
  }
  .tag {
    display: inline-block;
    max-width: 18em;
    overflow: hidden;
    padding: 0 6px;
    border: 1px solid var(--line);
    border-radius: 4px;
    color: var(--ink-soft);
    font-size: 11px;
    line-height: 17px;
    text-overflow: ellipsis;
    vertical-align: middle;
    white-space: nowrap;
  }
  .visually-hidden {
    position: absolute;
    overflow: hidden;
    width: 1px;
    height: 1px;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  /* Colours that mean something stay when the reader has chosen all others. */
  @media (forced-colors: active) {
    .swatch,
    .dot,
    .mark,
    .pick input {
      forced-color-adjust: none;
    }
    button[aria-pressed='true'],
    button[aria-current] {
      border-width: 2px;
      border-color: Highlight;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;
