import { css } from 'lit';

export const chartTooltipStyles = css`
  .tooltip {
    position: fixed;
    inset: 0 auto auto 0;
    margin: 0;
    max-width: min(560px, calc(100vw - 16px));
    max-height: calc(100vh - 16px);
    overflow: hidden;
    padding: 8px 10px;
    border: 1px solid var(--line);
    border-radius: 6px;
    background: var(--surface);
    box-shadow: 0 4px 18px rgb(0 0 0 / 0.18);
    color: var(--ink);
    font-family: var(--sans);
    font-size: 12px;
    line-height: 1.5;
    pointer-events: none;
  }
  .tooltip.pinned {
    overflow: auto;
    border-color: var(--accent);
    pointer-events: auto;
    user-select: text;
  }
  .tooltip.pinned li {
    cursor: pointer;
  }
  .tooltip.pinned li:hover {
    background: var(--sunken);
  }
  .tooltip header {
    margin-bottom: 3px;
    color: var(--ink-soft);
  }
  .tooltip ol {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  /* Not columns: balancing them takes several layouts for each move of the pointer. */
  .tooltip ol.tall {
    display: grid;
    grid-auto-flow: column;
    grid-template-rows: repeat(var(--rows), auto);
    grid-template-columns: 1fr 1fr;
    column-gap: 16px;
  }
  .tooltip li {
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
  }
  .tooltip li.nearest {
    font-weight: 650;
  }
  .tooltip .name {
    overflow: hidden;
    flex: 1;
    min-width: 3em;
    max-width: 22em;
    color: inherit;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
`;
