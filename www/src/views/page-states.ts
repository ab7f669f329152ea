// What is shown in place of runs: while loading, when there is nothing, when something is wrong, and what to do then.

import { html, nothing, type TemplateResult } from 'lit';
import { emitIntent } from '../controller/intents';
import type { LostRun, Problem, Snapshot } from '../controller/snapshot';

export function loadingState(): TemplateResult {
  return html`<div class="state loading" role="status" data-testid="loading">
    <span class="spinner" aria-hidden="true"></span>
    <p>Opening the database…</p>
  </div>`;
}

const example = (experiment: string) => `import init, { WasmRun } from 'entrenar';

await init();
const run = await WasmRun.new(${experiment});
run.log_metric('train/loss', 0.42);
await run.finish();`;

/** Where it is wider than the page, keys scroll it. */
const code = (text: string) => html`<pre tabindex="0" role="region" aria-label="Example code">${text}</pre>`;

function emptyState(backup: Snapshot['backup']): TemplateResult {
  return html`<div class="state" data-testid="empty">
    <h2>No runs yet</h2>
    <p>Everything that is logged in this browser appears here, live, and stays. Start a training, or log from your own code:</p>
    ${code(example("'my-experiment'"))}
    ${restoring(backup)}
  </div>`;
}

/** In an empty browser a backup is one click away. */
function restoring(backup: Snapshot['backup']): TemplateResult | typeof nothing {
  if (!('showDirectoryPicker' in globalThis)) return nothing;
  const restore = ({ currentTarget }: Event) => emitIntent(currentTarget as Element, { type: 'backup', action: 'restore' });
  return html`<p>Or bring back what was backed up:</p>
    <button data-testid="restore" ?disabled=${backup?.work !== undefined} @click=${restore}>Restore a backup…</button>
    <p role="status" data-testid="restore-status">${backup?.work?.kind === 'restore' ? 'Restoring…' : backup?.said}</p>`;
}

function awaitedState(experiment: string): TemplateResult {
  return html`<div class="state" role="status" data-testid="empty">
    <h2>There is no experiment “${experiment}” yet</h2>
    <p>It appears here as soon as a run of it begins, in this tab or in another one:</p>
    ${code(example(JSON.stringify(experiment)))}
  </div>`;
}

/** What is shown where no experiment can be: the one that is asked for is not there yet, or there is none at all. */
export function noExperimentState({ awaited, backup, experiments }: Snapshot): TemplateResult | typeof nothing {
  if (awaited !== undefined) return awaitedState(awaited);
  return experiments.length === 0 ? emptyState(backup) : nothing;
}

interface Advice {
  title: string;
  text: string;
}

function advise(problem: Problem | undefined): Advice {
  switch (problem?.code) {
    case 'NewerDatabase':
      return {
        title: 'This database was written by a newer version',
        text: 'It has been left untouched. Reload to get the newest page; if that does not help, update entrenar where this page is built.',
      };
    case 'SecurityError':
    case 'NotAllowedError':
    case 'IndexedDbUnavailable':
    case 'Unavailable':
      return {
        title: 'This browser does not let the page store anything',
        text: 'Runs are kept in IndexedDB, which is switched off here. Allow cookies and site data for this address, or leave private browsing, and reload.',
      };
    case 'QuotaExceededError':
      return {
        title: 'The disk is full',
        text: 'The browser has no room left for this page. Free some disk space or delete old runs, then try again.',
      };
    case 'CompileError':
    case 'LinkError':
    case 'TypeError':
      return {
        title: 'The tracker could not be started',
        text: 'Its WebAssembly module did not load. Check the connection, and that the server sends .wasm files; then try again.',
      };
    default:
      return { title: 'The database could not be opened', text: 'Close other tabs of this page, then try again.' };
  }
}

export function failedState(problem: Problem | undefined, retry: () => void): TemplateResult {
  const { title, text } = advise(problem);
  return html`<div class="state" role="alert" data-testid="failed" data-code=${problem?.code ?? ''}>
    <h2>${title}</h2>
    <p>${text}</p>
    ${problem ? html`<p><code>${problem.code}: ${problem.message}</code></p>` : nothing}
    <button class="primary" @click=${retry}>Try again</button>
  </div>`;
}

export function memoryOnlyBanner(): TemplateResult {
  const { title, text } = advise({ code: 'SecurityError', message: '' });
  return html`<div class="banner bad" role="alert" data-testid="memory-only">
    <p><strong>${title}.</strong> ${text} Until then runs are kept in memory and are gone with this page.</p>
  </div>`;
}

/** Why nothing can be written, and what helps. */
function adviseDegraded(problem: Problem): Advice {
  switch (problem.code) {
    case 'QuotaExceeded':
    case 'QuotaExceededError':
      return { title: 'The disk, or this site’s share of it, is full.', text: 'Delete old runs here, or free disk space.' };
    case 'ConnectionLost':
      return {
        title: 'The browser closed the database.',
        text: 'It is opened again without your doing; if it stays closed, site data may be switched off.',
      };
    default:
      return { title: 'Writing to the database fails.', text: `The browser says: ${problem.message}` };
  }
}

export function degradedBanner(problem: Problem): TemplateResult {
  const { title, text } = adviseDegraded(problem);
  return html`<div class="banner bad" role="alert" data-testid="degraded" data-code=${problem.code}>
    <p>
      <strong>Not being saved at the moment. ${title}</strong> ${text} Nothing is lost while this page stays open: points wait in
      memory and are written as soon as it works again.
    </p>
  </div>`;
}

/** The rest of the run's code goes on, but what it logs is kept nowhere: that must not go unseen. */
export function lostBanner(lost: LostRun, dismiss: () => void): TemplateResult {
  return html`<div class="banner bad" role="alert" data-testid="run-lost" data-run-id=${lost.run_id} data-code=${lost.code}>
    <p><strong>This page may no longer write “${lost.name}”.</strong> ${lost.message}</p>
    <button @click=${dismiss}>Close</button>
  </div>`;
}

export function missingBanner(snapshot: Snapshot, dismiss: () => void): TemplateResult | typeof nothing {
  const { missing, unreadable } = snapshot;
  if (missing.length === 0 && unreadable.length === 0) return nothing;
  return html`
    ${
      missing.length > 0
        ? html`<div class="banner" role="status" data-testid="missing">
          <p>
            The address names ${missing.length === 1 ? 'something' : 'things'} that this browser does not hold:
            <strong>${missing.join(', ')}</strong>. It may have been deleted, or belong to another browser or database.
          </p>
          <button @click=${dismiss}>Show what there is</button>
        </div>`
        : nothing
    }
    ${unreadable.map(
      ({ id, message }) =>
        html`<div class="banner bad" role="status" data-testid="unreadable" data-id=${id}>
          <p><strong>${id}</strong> cannot be read: ${message}. It is left as it is in the database; everything else can be used.</p>
        </div>`,
    )}
  `;
}
