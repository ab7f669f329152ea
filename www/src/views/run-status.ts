// A run's state as a mark and a word: shape and colour say the same.

import { css, html, type TemplateResult } from 'lit';
import { runState, STATE_LABELS } from '../model/run-state';
import type { RunRecord } from '../tracker';

/** `bare`: the mark alone, where there is no room for the word; it is still read out. */
export function runStatus(run: RunRecord, bare = false): TemplateResult {
  const state = runState(run);
  return html`<span class="status ${state}"><span class="mark" aria-hidden="true"></span><span class=${bare ? 'visually-hidden' : ''}>${STATE_LABELS[state]}</span></span>`;
}

export const runStatusStyles = css`
  .status {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    font-size: 12px;
    white-space: nowrap;
  }
  .mark {
    display: inline-grid;
    place-items: center;
    width: 9px;
    height: 9px;
    border-radius: 50%;
    background: currentColor;
    font-size: 12px;
  }
  .running {
    color: var(--accent);
  }
  .running .mark {
    animation: beat 1.4s ease-in-out infinite;
  }
  .interrupted {
    color: var(--warn);
  }
  .interrupted .mark {
    border: 2px solid currentColor;
    border-right-color: transparent;
    background: none;
  }
  .success {
    color: var(--good);
  }
  .failed {
    color: var(--bad);
  }
  .failed .mark {
    border-radius: 0;
    clip-path: polygon(20% 0, 50% 30%, 80% 0, 100% 20%, 70% 50%, 100% 80%, 80% 100%, 50% 70%, 20% 100%, 0 80%, 30% 50%, 0 20%);
  }
  .cancelled,
  .pending {
    color: var(--ink-soft);
  }
  .cancelled .mark {
    border-radius: 1px;
  }
  .pending .mark {
    border: 2px solid currentColor;
    background: none;
  }
  @keyframes beat {
    50% {
      opacity: 0.35;
      transform: scale(0.8);
    }
  }
`;
