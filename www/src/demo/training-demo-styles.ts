import { css } from 'lit';

export const trainingDemoStyles = css`
  :host {
    display: grid;
    gap: 14px;
    padding: 18px 20px;
    border: 1px solid var(--line);
    border-radius: 14px;
    background: var(--surface);
    color: var(--ink);
    font: 400 14px/1.45 var(--sans);
  }
  .controls {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-end;
    justify-content: space-between;
    gap: 12px;
  }
  .settings,
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 10px;
  }
  label {
    display: grid;
    gap: 3px;
    font-size: 12px;
  }
  label span {
    color: var(--ink-soft);
  }
  select {
    min-width: 96px;
  }
  .buttons button {
    min-height: 36px;
    padding: 6px 16px;
    font-size: 14px;
  }
  .progress {
    display: grid;
    grid-template-columns: 1fr auto;
    align-items: end;
    gap: 8px 16px;
  }
  .status {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 10px;
    font-weight: 600;
  }
  .status .label {
    font-weight: 400;
  }
  .accuracy {
    display: flex;
    align-items: baseline;
    gap: 10px;
  }
  .accuracy output {
    min-width: 4.2em;
    font-size: 22px;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
    letter-spacing: -0.02em;
    line-height: 1;
    text-align: right;
  }
  progress {
    grid-column: 1 / -1;
    overflow: hidden;
    width: 100%;
    height: 4px;
    border: 0;
    border-radius: 2px;
    appearance: none;
    background: var(--line);
  }
  progress::-webkit-progress-bar {
    background: var(--line);
  }
  progress::-webkit-progress-value {
    background: var(--accent);
  }
  progress::-moz-progress-bar {
    background: var(--accent);
  }
  .resumable {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    padding: 10px 12px;
    border-left: 3px solid var(--warn);
    border-radius: 4px;
    background: var(--warn-wash);
    font-size: 13px;
  }
  .resumable p {
    flex: 1 1 200px;
  }
  .problem {
    color: var(--bad);
    font-size: 13px;
    overflow-wrap: anywhere;
  }
  .source {
    color: var(--ink-soft);
    font-size: 12px;
  }
  a {
    color: inherit;
    text-underline-offset: 2px;
  }
`;
