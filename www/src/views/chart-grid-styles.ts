import { css } from 'lit';

export const chartGridStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  section + section,
  .grid + section {
    margin-top: 20px;
  }
  .head {
    display: flex;
    align-items: center;
    gap: 4px;
    min-width: 0;
    margin-bottom: 8px;
  }
  .heading {
    min-width: 0;
    color: var(--ink);
    font-size: 14px;
    font-weight: 650;
  }
  section section .heading {
    font-size: 13px;
    font-weight: 600;
  }
  section section {
    margin-top: 14px;
  }
  button.fold {
    max-width: calc(100% + 6px);
    margin-left: -6px;
    overflow: hidden;
    color: inherit;
    font-size: inherit;
    font-weight: inherit;
  }
  button.fold::before {
    content: '▾';
    flex: none;
    width: 0.9em;
    color: var(--ink-soft);
  }
  button.fold[aria-expanded='false']::before {
    content: '▸';
  }
  .path {
    overflow: hidden;
    min-width: 0;
    text-overflow: ellipsis;
    white-space: pre;
  }
  .path .above {
    color: var(--ink-soft);
    font-weight: 400;
  }
  .grid {
    --gap: 12px;
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, clamp(330px, 23cqi, 460px)), 1fr));
    gap: var(--gap);
  }
  /* As many beside each other as were chosen, as long as each has room for a picture. */
  .grid.chosen {
    grid-template-columns: repeat(
      auto-fit,
      minmax(min(100%, max(220px, calc((100% - (var(--columns) - 1) * var(--gap)) / var(--columns)))), 1fr)
    );
  }
  .grid entrenar-metric-chart {
    min-height: calc(var(--plot-height) + 74px);
  }
  /* A picture is to be seen also by what looks at the whole page at once. */
  .grid entrenar-metric-chart:not([still]) {
    content-visibility: auto;
    contain-intrinsic-size: auto calc(var(--plot-height) + 74px);
  }
  .none {
    padding: 40px 16px;
    border: 1px dashed var(--line);
    border-radius: var(--radius);
    color: var(--ink-soft);
    overflow-wrap: anywhere;
    text-align: center;
  }
  @media print {
    .pin,
    button.fold::before {
      display: none;
    }
    .grid,
    .grid.chosen {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
    .head {
      break-after: avoid;
    }
    .grid entrenar-metric-chart {
      break-inside: avoid;
      content-visibility: visible !important;
    }
  }
`;
