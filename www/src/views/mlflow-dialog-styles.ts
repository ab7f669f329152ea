import { css } from 'lit';

/** Beside those of the dialog of files. */
export const mlflowDialogStyles = css`
  .server {
    display: grid;
    gap: 12px;
    justify-self: stretch;
  }
  .server label:not(.line) {
    display: grid;
    gap: 4px;
  }
  .server input:not([type='checkbox']) {
    width: 100%;
    box-sizing: border-box;
  }
  .server button {
    justify-self: start;
  }
  code {
    overflow-wrap: anywhere;
  }
  .known {
    display: grid;
    gap: 12px;
    padding: 0;
    list-style: none;
    color: var(--ink);
  }
  a {
    color: var(--accent);
  }
`;
