import { css } from 'lit';

export const runDetailStyles = css`
  article {
    position: relative;
    margin-bottom: 20px;
    padding: 16px 18px;
    border: 1px solid var(--line);
    border-radius: 10px;
    background: var(--surface);
    font-size: 13px;
  }
  .heading {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 12px;
  }
  h2 {
    display: -webkit-box;
    overflow: hidden;
    overflow-wrap: anywhere;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    font-size: 17px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .heading,
  .heading + .label {
    padding-right: 34px;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin-left: auto;
  }
  .actions .close {
    position: absolute;
    top: 16px;
    right: 12px;
    min-width: 32px;
    min-height: 32px;
  }
  .rename {
    display: flex;
    gap: 6px;
  }
  .facts {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 200px), 1fr));
    gap: 16px 28px;
    margin: 14px 0;
  }
  h3 {
    margin-bottom: 4px;
    color: var(--ink-soft);
    font-size: 12px;
    font-weight: 500;
  }
  dl {
    display: grid;
    grid-template-columns: fit-content(50%) minmax(0, 1fr);
    gap: 2px 14px;
    margin: 0;
  }
  dt,
  dd {
    overflow-wrap: anywhere;
  }
  dt {
    color: var(--ink-soft);
  }
  dd {
    margin: 0;
    font-family: var(--mono);
    font-size: 12px;
    line-height: 1.6;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li button {
    margin-left: -6px;
    color: var(--accent);
  }
  .metrics tbody th {
    overflow: hidden;
    max-width: 26em;
    text-overflow: ellipsis;
  }
  .damaged {
    margin-bottom: 8px;
    color: var(--bad);
  }
  .metrics {
    overflow: auto;
    max-height: 320px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 12.5px;
  }
  th,
  td {
    padding: 4px 8px;
    border-top: 1px solid var(--line);
    font-weight: 400;
    text-align: right;
    white-space: nowrap;
  }
  td {
    font-family: var(--mono);
    font-variant-numeric: tabular-nums;
  }
  .trend {
    font-family: var(--sans);
  }
  thead th {
    border-top: 0;
    color: var(--ink-soft);
    font-size: 12px;
  }
  th:first-child {
    padding-left: 0;
    text-align: left;
  }
`;
