import { css } from 'lit';

export const metricChartStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-width: 0;
    padding: 10px 12px 12px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    font-family: var(--sans);
    contain: content;
  }
  :host([large]) {
    grid-column: 1 / -1;
  }
  .heading {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 26px;
  }
  h4 {
    flex: 1;
    overflow: hidden;
    min-width: 0;
    font-size: 13px;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .actions {
    display: flex;
  }
  .actions,
  .pin[aria-pressed='false'] {
    opacity: 0;
    transition: opacity 0.12s;
  }
  .actions button {
    font-size: 12px;
  }
  :host(:hover) .heading *,
  :host(:focus-within) .heading * {
    opacity: 1;
  }
  /* The name has the whole line as long as no button is needed. */
  @media (hover: hover) {
    .heading {
      position: relative;
    }
    .actions {
      position: absolute;
      inset-inline-end: 24px;
      background: var(--surface);
    }
  }
  @media (hover: none) {
    .heading .actions,
    .heading .pin {
      opacity: 1;
    }
  }
  #files {
    position: fixed;
    inset: auto;
    margin: 0;
    padding: 6px;
    border: 1px solid var(--line);
    border-radius: 10px;
    background: var(--surface);
    box-shadow: 0 10px 36px rgb(0 0 0 / 0.16);
    color: var(--ink);
  }
  .own {
    display: flex;
    align-items: center;
    justify-content: space-between;
    color: var(--accent);
    font-size: 12px;
  }
  .own > span {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .own .error {
    color: var(--bad);
  }
  .own button {
    min-height: 22px;
    font-size: 12px;
  }
  .plot {
    overflow: hidden;
    height: var(--plot-height, 210px);
    margin: 2px -6px 0 -8px;
    border: 0 solid var(--line);
    border-radius: 4px;
    color: var(--ink-soft);
    touch-action: pan-y;
  }
  :host([large]) .plot {
    height: max(var(--plot-height, 210px), min(520px, 60vh));
  }
  .plot .still {
    display: block;
    width: 100%;
    height: 100%;
  }
  .plot .dot {
    position: absolute;
    top: -4px;
    left: -4px;
    width: 8px;
    height: 8px;
    border: 1.5px solid var(--surface);
    border-radius: 50%;
    pointer-events: none;
  }
  .plot .u-cursor-x {
    border-right: 1px solid var(--line-strong);
  }
  .plot .u-select {
    border: solid var(--accent);
    border-width: 0 1px;
    background: color-mix(in srgb, var(--accent) 12%, transparent);
  }
  .table {
    overflow: auto;
    height: calc(var(--plot-height, 210px) + 2px);
    border: 1px solid var(--line);
    border-radius: 4px;
    font-size: 12px;
  }
  :host([large]) .table {
    height: max(var(--plot-height, 210px), min(520px, 60vh));
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  thead th {
    position: sticky;
    top: 0;
    background: var(--sunken);
    font-weight: 600;
  }
  th,
  td {
    padding: 3px 8px;
    text-align: right;
    white-space: nowrap;
  }
  tbody th {
    font-weight: 400;
  }
  tbody {
    font-family: var(--mono);
    font-variant-numeric: tabular-nums;
  }
  tbody tr:nth-child(even) {
    background: var(--sunken);
  }
  .readout {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 180px), 1fr));
    overflow: auto;
    gap: 2px 12px;
    max-height: 96px;
    margin: 8px 0 0;
    padding: 0;
    font-size: 12px;
    list-style: none;
  }
  .readout li {
    contain-intrinsic-height: auto 20px;
    content-visibility: auto;
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
  }
  .readout .run {
    justify-content: flex-start;
    min-width: 2.5em;
    min-height: 20px;
    margin-left: -4px;
    padding: 0 4px;
    overflow: hidden;
    font-size: inherit;
    font-weight: inherit;
  }
  .readout .run:focus-visible {
    outline-offset: -2px;
  }
  .readout .run[aria-pressed='true'] .name {
    color: var(--ink);
    font-weight: 650;
  }
  .readout .out .swatch {
    opacity: 0.3;
  }
  .name {
    overflow: hidden;
    min-width: 2em;
    color: var(--ink-soft);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .value {
    flex: none;
    font-size: 11px;
    font-family: var(--mono);
    font-variant-numeric: tabular-nums;
  }
  .notice {
    color: var(--ink-soft);
    font-size: 12px;
  }
  .notice.error {
    color: var(--bad);
  }
  @media print {
    .actions,
    .heading .pin,
    .plot .u-over {
      display: none;
    }
    h4 {
      white-space: normal;
      overflow-wrap: anywhere;
    }
    .readout {
      overflow: visible;
      max-height: none;
    }
    /* Ink for dark ground stays on it. */
    :host([dark]) .plot {
      background: #1a1c1f;
      print-color-adjust: exact;
    }
    .swatch {
      print-color-adjust: exact;
    }
    /* A sheet is narrower or wider than the screen. */
    .plot .uplot,
    .plot .u-wrap,
    .plot canvas {
      width: 100% !important;
      height: 100% !important;
    }
    .plot:empty::before {
      content: 'Not drawn yet: scroll to it before you print.';
    }
  }
`;
