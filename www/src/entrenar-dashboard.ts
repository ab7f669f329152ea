// <entrenar-dashboard database="…" experiment="…">: puts the views together, between the controller and the page.
// With the attribute `address`, what is being looked at is kept in the page's URL.

import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { ChartSync } from './chart/chart-sync';
import { DashboardController } from './controller/dashboard-controller';
import { emitIntent, INTENT_EVENT, type Intent } from './controller/intents';
import type { Snapshot } from './controller/snapshot';
import { experimentName } from './model/names';
import { runState } from './model/run-state';
import type { Panel } from './model/view-state';
import { controls } from './styles/controls';
import { tokens } from './styles/tokens';
import { backupReminder } from './views/backup-reminder';
import './views/chart-grid';
import './views/chart-toolbar';
import './views/compare-table';
import { dashboardStyles } from './views/dashboard-styles';
import './views/experiment-list';
import './views/health-panel';
import {
  degradedBanner,
  failedState,
  loadingState,
  lostBanner,
  memoryOnlyBanner,
  missingBanner,
  noExperimentState,
} from './views/page-states';
import './views/run-detail';
import './views/run-table';
import './views/split-handle';

const PANELS: readonly [Panel, string][] = [
  ['charts', 'Charts'],
  ['compare', 'Compare'],
];
/** Of the command palette. */
const SHORTCUT = /Mac|iP(hone|ad|od)/.test(navigator.platform) ? { name: '⌘K', keys: 'Meta+K' } : { name: 'Ctrl K', keys: 'Control+K' };

/** In text fields these keys have meanings of their own, in some browsers: there they are left alone. */
function opensPalette(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.key.toLowerCase() !== 'k' || event.altKey || event.shiftKey) return false;
  if (SHORTCUT.keys === 'Meta+K' ? !event.metaKey || event.ctrlKey : !event.ctrlKey || event.metaKey) return false;
  const [target] = event.composedPath();
  return !(
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('textarea, select, input:not([type="checkbox"], [type="radio"], [type="range"])'))
  );
}

/** How long a zoom rests before it is written into the address. */
const ADDRESS_DELAY_MS = 250;

/** What goes on in the open experiment: the detail of the event `entrenar-activity`. */
export interface Activity {
  experiment?: string;
  /** How many of its runs go on. */
  running: number;
}

export class EntrenarDashboard extends LitElement {
  static override properties = {
    database: { type: String },
    experiment: { type: String },
    address: { type: Boolean },
    report: { type: Boolean },
    dark: { state: true },
    palette: { state: true },
    files: { state: true },
    dropping: { state: true },
    mlflow: { state: true },
  };
  static override styles = [tokens, controls, dashboardStyles];

  declare database: string | undefined;
  declare experiment: string | undefined;
  declare address: boolean;
  /** It is the dashboard of a report: over runs in memory that cannot be changed. */
  declare report: boolean;
  declare dark: boolean;
  /** The command palette is open. */
  declare palette: boolean;
  /** The dialog of exports and imports is open. */
  declare files: boolean;
  /** The run whose way to MLflow a dialog shows. */
  declare mlflow: string | undefined;
  /** A file is being dragged over the page. */
  declare dropping: boolean;

  readonly #sync = new ChartSync();
  #controller: DashboardController | undefined;
  /** What the controller was told to open. */
  #opened: { database?: string | undefined; experiment?: string | undefined } = {};
  #said = '';
  #addressTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #scheme = matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    super();
    this.address = false;
    this.report = false;
    this.dark = false;
    this.palette = false;
    this.files = false;
    this.dropping = false;
    this.mlflow = undefined;
    this.addEventListener(INTENT_EVENT, (event) => void this.#controller?.handle((event as CustomEvent<Intent>).detail));
    this.#sync.addEventListener('range', () => this.#zoomed());
    this.#sync.addEventListener('solo', () => this.requestUpdate());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#scheme.addEventListener('change', this.#noticeScheme);
    document.addEventListener('keydown', this.#keyPressed);
    this.#restart();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#scheme.removeEventListener('change', this.#noticeScheme);
    document.removeEventListener('keydown', this.#keyPressed);
    clearTimeout(this.#addressTimer);
    void this.#controller?.stop();
    this.#controller = undefined;
  }

  override updated(): void {
    this.#noticeScheme();
    const { database, experiment } = this.#opened;
    if (this.isConnected && (this.database !== database || this.experiment !== experiment)) this.#restart();
  }

  /** Sees to it that a run that has just begun is among what is shown. */
  showRun({ experiment_id, run_id }: { experiment_id: string; run_id: string }): void {
    emitIntent(this, { type: 'show-run', experiment_id, run_id });
  }

  override render() {
    const snapshot = this.#controller?.snapshot;
    return html`<div
      class=${this.dropping ? 'page dropping' : 'page'}
      @dragover=${this.#draggedOver}
      @dragleave=${this.#draggedOut}
      @drop=${this.#dropped}
    >
      ${this.#content(snapshot)}
    </div>`;
  }

  #content(snapshot: Snapshot | undefined): TemplateResult {
    if (!snapshot || snapshot.phase === 'loading') return loadingState();
    if (snapshot.phase === 'failed') return failedState(snapshot.problem, () => emitIntent(this, { type: 'retry' }));
    const { view, layout, experiment } = snapshot;
    return html`
      ${snapshot.persistent || snapshot.readOnly ? nothing : memoryOnlyBanner()} ${snapshot.degraded ? degradedBanner(snapshot.degraded) : nothing}
      ${snapshot.lost.map((lost) => lostBanner(lost, () => emitIntent(this, { type: 'dismiss-lost', run_id: lost.run_id })))}
      ${snapshot.backup?.remind ? backupReminder(snapshot) : nothing}
      <header>
        <entrenar-experiment-list .snapshot=${snapshot}></entrenar-experiment-list>
        <button class="find" data-testid="open-palette" aria-haspopup="dialog" aria-keyshortcuts=${SHORTCUT.keys} @click=${this.#openPalette}>
          Find <kbd>${SHORTCUT.name}</kbd>
        </button>
        ${
          snapshot.readOnly
            ? nothing
            : html`<button class="find" data-testid="open-files" aria-haspopup="dialog" @click=${this.#openFiles}>Files</button>
              <entrenar-health-panel .snapshot=${snapshot}></entrenar-health-panel>`
        }
      </header>
      ${missingBanner(snapshot, () => emitIntent(this, { type: 'view', change: { selection: undefined, run_id: undefined, experiment_id: undefined } }))}
      ${
        experiment === undefined
          ? noExperimentState(snapshot)
          : html`<div class=${view.wideTable ? 'body wide' : 'body'} .style=${layout.split === undefined ? '' : `--split: ${layout.split}%`}>
            <aside aria-label="Runs">
              <entrenar-run-table .snapshot=${snapshot} .sync=${this.#sync} .dark=${this.dark}></entrenar-run-table>
            </aside>
            <entrenar-split-handle .split=${layout.split}></entrenar-split-handle>
            <section class="main" aria-label="Metrics">
              ${snapshot.detail ? html`<entrenar-run-detail .snapshot=${snapshot} .dark=${this.dark} @open-mlflow=${this.#openMlflow}></entrenar-run-detail>` : nothing}
              <nav aria-label="Views">
                ${PANELS.map(([panel, name]) => this.#tab(panel, name, view.panel))}
                <span class="gap"></span>
                ${this.#alone(snapshot)}
                ${
                  view.range && view.panel === 'charts'
                    ? html`<button
                      class="small"
                      data-testid="zoom-reset"
                      @click=${() => emitIntent(this, { type: 'view', change: { range: undefined } })}
                    >
                      Show everything
                    </button>`
                    : nothing
                }
                <button
                  class="small"
                  title="Axes, filters, choice of runs and sizes as they are at first"
                  data-testid="reset-view"
                  @click=${() => emitIntent(this, { type: 'reset-view' })}
                >
                  Reset view
                </button>
                <button
                  class="small"
                  aria-pressed=${view.follow}
                  title="Always show the newest run, and it alone"
                  data-testid="follow-latest"
                  @click=${() => emitIntent(this, { type: 'view', change: { follow: !view.follow, selection: undefined } })}
                >
                  <span>Follow latest<span class="word"> run</span></span>
                </button>
              </nav>
              ${
                view.panel === 'compare'
                  ? html`<entrenar-compare-table .snapshot=${snapshot} .dark=${this.dark}></entrenar-compare-table>`
                  : html`
                    <entrenar-chart-toolbar .snapshot=${snapshot}></entrenar-chart-toolbar>
                    <entrenar-chart-grid
                      .snapshot=${snapshot}
                      .sync=${this.#sync}
                      .dark=${this.dark}
                    ></entrenar-chart-grid>
                  `
              }
            </section>
          </div>`
      }
      ${this.#notice()}
      ${
        this.palette
          ? html`<entrenar-command-palette .snapshot=${snapshot} @closed=${() => (this.palette = false)}></entrenar-command-palette>`
          : nothing
      }
      ${
        this.files
          ? html`<entrenar-files-dialog .snapshot=${snapshot} @closed=${() => (this.files = false)}></entrenar-files-dialog>`
          : nothing
      }
      ${
        this.mlflow === undefined
          ? nothing
          : html`<entrenar-mlflow-dialog .snapshot=${snapshot} .runId=${this.mlflow} @closed=${() => (this.mlflow = undefined)}></entrenar-mlflow-dialog>`
      }
    `;
  }

  #tab(panel: Panel, name: string, current: Panel): TemplateResult {
    return html`<button
      class="tab plain"
      aria-current=${panel === current ? 'page' : nothing}
      data-testid=${`tab-${panel}`}
      @click=${() => emitIntent(this, { type: 'view', change: { panel } })}
    >
      ${name}
    </button>`;
  }

  /** While one run is shown alone, this says which, and brings the others back. */
  #alone({ selected, labels, view }: Snapshot): TemplateResult | typeof nothing {
    const run = selected.find(({ run_id }) => run_id === this.#sync.solo);
    if (!run || view.panel !== 'charts') return nothing;
    return html`<button class="small alone" data-testid="solo-end" title="Escape does the same" @click=${() => this.#sync.toggleSolo(undefined)}>
      Show all runs, not only ${labels.get(run.run_id)?.short ?? run.run_id}
    </button>`;
  }

  #notice(): TemplateResult {
    const notice = this.#controller?.snapshot.notice;
    return html`<div class="toast" role="status" ?hidden=${!notice}>
      <span>${notice?.text}</span>
      ${
        notice?.undo
          ? html`<button data-testid="undo" @click=${() => emitIntent(this, { type: 'undo-delete' })}>Undo</button>`
          : html`<button @click=${() => emitIntent(this, { type: 'dismiss-notice' })}>Close</button>`
      }
    </div>`;
  }

  #restart(): void {
    void this.#controller?.stop();
    const { database, experiment, address, report } = this;
    this.#opened = { database, experiment };
    this.#controller = new DashboardController({ database, experiment, address, report }, () => this.#show());
    void this.#controller.start();
  }

  #show(): void {
    this.#emitActivity();
    const range = this.#controller?.snapshot.view.range;
    if (this.#addressTimer === undefined) this.#sync.zoom(range);
    const { solo } = this.#sync;
    // A run that is no longer among those that are shown cannot be shown alone.
    if (solo !== undefined && !this.#controller?.snapshot.selected.some(({ run_id }) => run_id === solo)) this.#sync.toggleSolo(undefined);
    this.requestUpdate();
  }

  /** For the page around, which may say it in its title. */
  #emitActivity(): void {
    const { experiment, runs } = this.#controller?.snapshot ?? { runs: [] };
    const running = runs.filter((run) => runState(run) === 'running').length;
    const activity: Activity = { running, ...(experiment && { experiment: experimentName(experiment) }) };
    const said = JSON.stringify(activity);
    if (said === this.#said) return;
    this.#said = said;
    this.dispatchEvent(new CustomEvent<Activity>('entrenar-activity', { detail: activity, bubbles: true, composed: true }));
  }

  #zoomed(): void {
    if (this.#sync.range === this.#controller?.snapshot.view.range) return;
    clearTimeout(this.#addressTimer);
    this.#addressTimer = setTimeout(() => {
      this.#addressTimer = undefined;
      emitIntent(this, { type: 'view', change: { range: this.#sync.range } });
    }, ADDRESS_DELAY_MS);
  }

  /** What few open is loaded when it is opened. */
  readonly #openPalette = async (): Promise<void> => {
    await import('./views/command-palette');
    this.palette = true;
  };

  readonly #openFiles = async (): Promise<void> => {
    await import('./views/files-dialog');
    this.files = true;
  };

  readonly #openMlflow = async ({ detail }: CustomEvent<string>): Promise<void> => {
    await import('./views/mlflow-dialog');
    this.mlflow = detail;
  };

  readonly #draggedOver = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files') || this.#controller?.snapshot.phase !== 'ready') return;
    if (this.#controller.snapshot.readOnly) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    this.dropping = true;
  };

  readonly #draggedOut = (event: DragEvent): void => {
    const page = event.currentTarget as Element;
    if (!(event.relatedTarget instanceof Node) || !page.contains(event.relatedTarget)) this.dropping = false;
  };

  readonly #dropped = (event: DragEvent): void => {
    if (!this.dropping) return;
    event.preventDefault();
    this.dropping = false;
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    void this.#openFiles();
    emitIntent(this, { type: 'import-file', file });
  };

  /** Escape brings the other runs back, unless it closes or empties what it was pressed in. */
  readonly #keyPressed = (event: KeyboardEvent): void => {
    if (!this.palette && opensPalette(event)) {
      event.preventDefault();
      void this.#openPalette();
    }
    if (event.key !== 'Escape' || event.defaultPrevented || this.#sync.solo === undefined) return;
    const inside = event
      .composedPath()
      .some((each) => each instanceof Element && each.matches('input, textarea, select, dialog, :popover-open'));
    if (!inside) this.#sync.toggleSolo(undefined);
  };

  /** Dark is what the text's colour says: that holds however the page around sets its colours. */
  readonly #noticeScheme = (): void => {
    const page = this.renderRoot.querySelector('.page');
    if (!page) return;
    const [r = 0, g = 0, b = 0] = (getComputedStyle(page).color.match(/[\d.]+/g) ?? []).map(Number);
    this.dark = r * 0.3 + g * 0.6 + b * 0.1 > 128;
  };
}

customElements.define('entrenar-dashboard', EntrenarDashboard);

declare global {
  interface HTMLElementTagNameMap {
    'entrenar-dashboard': EntrenarDashboard;
  }
}
