import { css } from 'lit';

export const runTableStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  .heading {
    display: flex;
    align-items: center;
    justify-content: space-between;
    min-height: 32px;
    margin-bottom: 6px;
  }
  h2 {
    flex: none;
    font-size: 15px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .count {
    margin-left: 2px;
    color: var(--ink-soft);
    font-weight: 400;
  }
  .actions {
    display: flex;
    align-items: center;
  }
  button.plain[aria-pressed='true'] {
    background: none;
  }
  .filters {
    display: grid;
    gap: 6px;
    margin-bottom: 8px;
  }
  .filters input {
    width: 100%;
  }
  .states {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
  }
  .states button {
    min-height: 26px;
    padding: 1px 9px;
    border-radius: 13px;
    font-size: 12px;
    font-weight: 400;
  }
  .scroll {
    overflow: auto;
    max-height: var(--runs-height, 62vh);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
  table {
    width: 100%;
    border-collapse: separate;
    border-spacing: 0;
    font-size: 13px;
  }
  thead th {
    position: sticky;
    top: 0;
    z-index: 1;
    height: 32px;
    padding: 0 4px;
    border-bottom: 1px solid var(--line);
    background: var(--surface);
    text-align: left;
  }
  button.sort {
    gap: 3px;
    min-height: 24px;
    padding: 0 4px;
    font-size: 12px;
    font-weight: 500;
  }
  .value .sort {
    max-width: 116px;
  }
  .sort .text {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  th.value,
  td.value {
    text-align: right;
  }
  th[aria-sort='ascending'] .sort,
  th[aria-sort='descending'] .sort {
    color: var(--ink);
  }
  th[aria-sort='ascending'] .arrow::after {
    content: '↑';
  }
  th[aria-sort='descending'] .arrow::after {
    content: '↓';
  }
  tbody td,
  tbody th {
    padding: 7px 8px;
    border-bottom: 1px solid var(--line);
    font-weight: 400;
    text-align: left;
    vertical-align: top;
    white-space: nowrap;
  }
  tbody tr:last-child > * {
    border-bottom: 0;
  }
  tbody tr:hover > * {
    background: var(--sunken);
  }
  tbody tr[aria-current] > * {
    background: var(--accent-wash);
  }
  .pick {
    width: 34px;
    padding-right: 0 !important;
    padding-left: 10px !important;
  }
  .pick input {
    display: block;
    width: 16px;
    height: 16px;
    margin: 1px 0 0;
    border: 1.5px solid var(--run, var(--line-strong));
    border-radius: 4px;
    appearance: none;
    background: transparent;
    cursor: pointer;
  }
  .pick input:checked,
  .pick input:indeterminate {
    background: var(--run, var(--line-strong));
    box-shadow: inset 0 0 0 2px var(--surface);
  }
  thead .pick input:indeterminate {
    background: linear-gradient(to top right, var(--line-strong) 50%, transparent 50%);
  }
  tbody .name {
    width: 100%;
    max-width: 0;
    white-space: normal;
  }
  button.open {
    display: block;
    overflow: hidden;
    max-width: 100%;
    min-height: 0;
    padding: 0;
    color: var(--ink);
    font-weight: 550;
    text-align: left;
    text-overflow: ellipsis;
  }
  button.open:hover:not(:disabled) {
    background: none;
    color: var(--accent);
    text-decoration: underline;
    text-underline-offset: 2px;
  }
  .line {
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
  }
  button.color {
    flex: none;
    min-height: 0;
    margin: -3px -3px -3px -5px;
    padding: 5px;
  }
  .mini {
    display: none;
    flex: none;
  }
  .under {
    display: flex;
    overflow: hidden;
    align-items: center;
    gap: 5px;
    margin-top: 3px;
    padding-bottom: 1px;
    white-space: nowrap;
    color: var(--ink-soft);
    font-size: 12px;
  }
  .under:empty {
    display: none;
  }
  .under .tag {
    flex: 0 1 auto;
    min-width: 3em;
  }
  .none {
    padding: 14px 12px;
    color: var(--ink-soft);
    font-size: 13px;
  }
  @container (max-width: 640px) {
    .wide {
      display: none;
    }
    /* One line a run: the rest is in its title, and in its detail. */
    .under {
      display: none;
    }
    .mini {
      display: inline-flex;
    }
    tbody td,
    tbody th {
      padding-block: 6px;
    }
  }
  /* The line has room for it again when the table is wider; screen readers always say it. */
  @container (max-width: 420px) {
    .word {
      position: absolute;
      overflow: hidden;
      width: 1px;
      clip-path: inset(50%);
      white-space: nowrap;
    }
  }
  @container (max-width: 300px) {
    .widen {
      display: none;
    }
  }
  @container (max-width: 460px) {
    th.value ~ th.value,
    td.value ~ td.value {
      display: none;
    }
    .value .sort {
      max-width: 92px;
    }
  }
  @media print {
    .actions,
    .filters {
      display: none;
    }
    .scroll {
      overflow: visible;
      max-height: none;
    }
    .pick input,
    .swatch,
    .dot {
      print-color-adjust: exact;
    }
  }
`;
