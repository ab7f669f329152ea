import { css } from 'lit';

export const csvPreviewStyles = css`
  :host {
    display: block;
    width: 100%;
    min-width: 0;
  }
  section {
    display: grid;
    gap: 10px;
    min-width: 0;
    padding: 12px 14px;
    border: 1px solid var(--line);
    border-radius: 8px;
  }
  h4 {
    overflow-wrap: anywhere;
    font-size: 13px;
  }
  .roles {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
    gap: 8px;
  }
  .roles label {
    display: grid;
    gap: 2px;
    min-width: 0;
  }
  select {
    width: 100%;
    min-width: 0;
  }
  .bad {
    color: var(--bad);
    overflow-wrap: anywhere;
  }
  .scrolled {
    overflow: auto;
    max-height: 260px;
    border: 1px solid var(--line);
    border-radius: 6px;
  }
  table {
    border-collapse: collapse;
    font-size: 12px;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    overflow: hidden;
    max-width: 220px;
    padding: 4px 10px;
    text-align: left;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  thead {
    background: var(--sunken);
  }
  thead td {
    padding-top: 0;
    border-bottom: 1px solid var(--line);
  }
  .role {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    color: var(--accent);
  }
  .role.out {
    color: var(--ink-soft);
  }
  .line {
    display: flex;
    gap: 8px;
  }
`;
