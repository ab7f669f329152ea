import { css } from 'lit';

export const dashboardStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  /* Whatever the page around makes its elements inherit ends here. */
  .page {
    all: initial;
    display: block;
    color-scheme: inherit;
    direction: inherit;
    background: var(--ground);
    color: var(--ink);
    font: 400 14px/1.45 var(--sans);
    -webkit-font-smoothing: antialiased;
  }
  .page.dropping {
    outline: 3px dashed var(--accent);
    outline-offset: -3px;
  }
  header {
    display: flex;
    align-items: flex-start;
    justify-content: space-between;
    gap: 12px;
    margin-bottom: 16px;
  }
  entrenar-experiment-list {
    flex: 1;
    min-width: 0;
  }
  button.find {
    flex: none;
  }
  button.find kbd {
    color: var(--ink-soft);
    font: 11px var(--mono);
  }
  @container (max-width: 560px) {
    button.find kbd {
      display: none;
    }
    .word {
      position: absolute;
      overflow: hidden;
      width: 1px;
      clip-path: inset(50%);
      white-space: nowrap;
    }
    nav button.small {
      padding-inline: 7px;
    }
  }
  .body {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 24px;
  }
  aside {
    min-width: 0;
    --runs-height: 340px;
  }
  .main {
    min-width: 0;
  }
  entrenar-split-handle {
    display: none;
  }
  @container (min-width: 960px) {
    /* The limits are those of model/split.ts. */
    .body:not(.wide) {
      grid-template-columns: clamp(240px, var(--split, max(340px, 27%)), calc(100% - 464px)) 24px minmax(0, 1fr);
      gap: 0;
      align-items: start;
    }
    .body:not(.wide) entrenar-split-handle {
      display: block;
      align-self: stretch;
    }
    .body:not(.wide) aside {
      position: sticky;
      top: 12px;
      --runs-height: calc(100vh - 190px);
    }
  }
  nav {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px;
    min-height: 32px;
    margin-bottom: 12px;
    border-bottom: 1px solid var(--line);
  }
  button.tab {
    min-height: 32px;
    margin-bottom: -1px;
    padding: 4px 10px;
    border-width: 0 0 2px;
    border-radius: 0;
    font-size: 14px;
  }
  button.tab[aria-current] {
    border-color: var(--accent);
    color: var(--ink);
    font-weight: 600;
  }
  .gap {
    flex: 1;
  }
  button.small {
    min-height: 26px;
    margin-bottom: 4px;
    padding: 2px 10px;
    font-size: 12px;
  }
  button.alone {
    display: block;
    overflow: hidden;
    max-width: 26em;
    text-overflow: ellipsis;
  }
  .state {
    display: grid;
    justify-items: center;
    gap: 10px;
    padding: 56px 20px;
    border: 1px dashed var(--line);
    border-radius: 12px;
    color: var(--ink-soft);
    text-align: center;
  }
  .state h2 {
    color: var(--ink);
    font-size: 18px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .state p {
    max-width: 56ch;
  }
  .state h2,
  .state code {
    max-width: 100%;
    overflow-wrap: anywhere;
  }
  .state pre {
    overflow-x: auto;
    max-width: 100%;
    margin: 4px 0 0;
    padding: 12px 16px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    font: 12.5px/1.6 var(--mono);
    text-align: left;
  }
  .state.loading {
    border-color: transparent;
  }
  .spinner {
    width: 22px;
    height: 22px;
    border: 2px solid var(--line);
    border-top-color: var(--accent);
    border-radius: 50%;
    animation: turn 0.9s linear infinite;
  }
  @keyframes turn {
    to {
      transform: rotate(1turn);
    }
  }
  .banner {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    margin-bottom: 14px;
    padding: 9px 14px;
    border-left: 3px solid var(--warn);
    border-radius: 4px;
    background: var(--warn-wash);
    font-size: 13px;
  }
  .banner p {
    flex: 1 1 320px;
    overflow-wrap: anywhere;
  }
  .banner.bad {
    border-color: var(--bad);
    background: var(--bad-wash);
  }
  .toast {
    position: fixed;
    bottom: 20px;
    left: 50%;
    z-index: 20;
    display: flex;
    align-items: center;
    gap: 14px;
    max-width: calc(100vw - 32px);
    padding: 8px 8px 8px 16px;
    border: 1px solid var(--line-strong);
    border-radius: 10px;
    background: var(--surface);
    box-shadow: 0 8px 30px rgb(0 0 0 / 0.18);
    font-size: 13px;
    transform: translateX(-50%);
  }
  .toast span {
    display: -webkit-box;
    overflow: hidden;
    overflow-wrap: anywhere;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 4;
  }
  @media print {
    button.find,
    entrenar-health-panel,
    nav,
    entrenar-chart-toolbar,
    .body:not(.wide) entrenar-split-handle,
    .toast {
      display: none;
    }
    .body,
    .body:not(.wide) {
      display: block;
    }
    .body:not(.wide) aside,
    aside {
      position: static;
      margin-bottom: 20px;
      --runs-height: none;
    }
  }
`;
