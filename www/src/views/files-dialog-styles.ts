import { css } from 'lit';

export const filesDialogStyles = css`
  dialog {
    width: min(520px, calc(100vw - 24px));
    max-height: calc(100vh - 24px);
  }
  .inside {
    display: grid;
    gap: 18px;
    padding: 20px;
  }
  h2,
  h3,
  p {
    margin: 0;
  }
  h2 {
    font-size: 17px;
  }
  h3 {
    font-size: 14px;
  }
  section,
  fieldset {
    display: grid;
    gap: 8px;
    justify-items: start;
    min-width: 0;
  }
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
  }
  section + section {
    padding-top: 16px;
    border-top: 1px solid var(--line);
  }
  .line {
    display: flex;
    align-items: center;
    gap: 8px;
    max-width: 100%;
    min-width: 0;
  }
  .line select,
  input[type='file'] {
    min-width: 0;
    max-width: 100%;
  }
  .name {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .work {
    padding: 12px 14px;
    border-radius: 8px;
    background: var(--ground);
  }
  .work.bad {
    color: var(--bad);
  }
  progress {
    width: 100%;
    height: 6px;
    accent-color: var(--accent);
  }
  ul {
    margin: 0;
    padding-left: 1.2em;
    color: var(--ink-soft);
    overflow-wrap: anywhere;
  }
  form {
    justify-self: end;
  }
  details {
    justify-self: stretch;
  }
  summary {
    width: fit-content;
    cursor: pointer;
    font-weight: 500;
  }
  details > :not(summary) {
    display: block;
    margin-top: 12px;
  }
`;
