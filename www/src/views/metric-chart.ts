// One metric of the selected runs: a chart, its readout, and the same data as a table. Draws only while it can be seen.

import { html, LitElement, nothing, unsafeCSS } from 'lit';
import uplotStyles from 'uplot/dist/uPlot.min.css?inline';
import type { ChartSync } from '../chart/chart-sync';
import { cancel, schedule } from '../chart/frame-queue';
import type { PlottedCurve } from '../chart/paint';
import { Plot } from '../chart/plot';
import { emitIntent } from '../controller/intents';
import type { KnownSeries, Snapshot } from '../controller/snapshot';
import { leftOut } from '../model/bounds';
import { type ChartSettings, settingsOfChart } from '../model/chart-settings';
import { runStroke } from '../model/chosen-colors';
import { runName } from '../model/run-state';
import type { ViewState } from '../model/view-state';
import { controls } from '../styles/controls';
import type { MetricRecord, RunRecord } from '../tracker';
import { filesMenu, saveChart } from './chart-files';
import { chartKeyboard } from './chart-keyboard';
import { ownForm, ownLine } from './chart-own';
import { ReadoutPace, readoutKey, readoutText, writeReadout } from './chart-readout';
import { chartTable } from './chart-table';
import { ChartTooltip } from './chart-tooltip';
import { chartTooltipStyles } from './chart-tooltip-styles';
import { metricChartStyles } from './metric-chart-styles';
import { pinButton, pinButtonStyles } from './pin-button';
import { lossText, lostPoints } from './series-problem';
import { forgetStill, keepStill, type Sitter } from './stills';
import { swatchStyles } from './swatch';
import { keyText, unseenStyles } from './unseen';

/** How far out of sight charts are drawn already, so that scrolling never meets an empty one. */
const AHEAD = '900px';
/** A picture whose points do not come is given up. */
const LONGEST_SITTING_MS = 5000;

export class MetricChart extends LitElement implements Sitter {
  static override properties = {
    metric: { type: String },
    level: { type: Number },
    snapshot: { attribute: false },
    sync: { attribute: false },
    dark: { type: Boolean, reflect: true },
    tabular: { state: true },
    adjusting: { state: true },
    large: { type: Boolean, reflect: true },
  };
  static override styles = [
    unsafeCSS(uplotStyles),
    controls,
    swatchStyles,
    unseenStyles,
    pinButtonStyles,
    chartTooltipStyles,
    metricChartStyles,
  ];

  declare metric: string;
  /** Of its heading. */
  declare level: number;
  declare snapshot: Snapshot;
  declare sync: ChartSync;
  declare dark: boolean;
  declare tabular: boolean;
  /** Its own settings are open. */
  declare adjusting: boolean;
  declare large: boolean;

  #plot: Plot | undefined;
  #host: Element | undefined;
  readonly #tooltip = new ChartTooltip(
    () => this.renderRoot,
    () => ({ plotted: this.#plotted, ...this.#view() }),
    (run_id) => this.sync.toggleSolo(run_id),
  );
  #plotKey = '';
  #drawn = '';
  /** Visible, and its turn to draw has come. */
  #ready = false;
  #inSight = false;
  /** While its picture is drawn although it is out of sight: to be called when that is done. */
  #sitting: (() => void) | undefined;
  /** What the picture shows that stands in place of the plot. */
  #stillOf = '';
  #plotted: PlottedCurve[] = [];
  #loading = false;
  #errors: string[] = [];
  /** What the chosen axes have no place for. */
  #leftOut: string | undefined;
  #sight: IntersectionObserver | undefined;
  #size: ResizeObserver | undefined;
  readonly #keyboard = chartKeyboard({
    plot: () => this.#plot,
    sync: () => this.sync,
    curves: () => this.#plotted,
    announce: (text) => this.#announce(text),
    describe: () => readoutText(this.#plotted, this.sync.cursor, this.snapshot.view.xAxis),
  });

  constructor() {
    super();
    this.level = 4;
    this.tabular = false;
    this.adjusting = false;
    this.large = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const root = this.getRootNode();
    this.#host = root instanceof ShadowRoot ? root.host : undefined;
    this.#sight = new IntersectionObserver(
      ([entry]) => {
        this.#inSight = entry?.isIntersecting ?? false;
        if (this.#inSight) schedule(this.#appear);
        else if (!this.#sitting) this.#disappear();
      },
      { rootMargin: AHEAD },
    );
    this.#sight.observe(this);
    this.#size = new ResizeObserver(() => this.#fit());
    this.sync?.addEventListener('cursor', this.#pace.cursorMoved);
    this.sync?.addEventListener('range', this.#rangeMoved);
    this.sync?.addEventListener('solo', this.#readOut);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sight?.disconnect();
    this.#size?.disconnect();
    this.sync?.removeEventListener('cursor', this.#pace.cursorMoved);
    this.#pace.stop();
    this.sync?.removeEventListener('range', this.#rangeMoved);
    this.sync?.removeEventListener('solo', this.#readOut);
    this.#disappear();
    this.dropStill();
    forgetStill(this);
  }

  override shouldUpdate(): boolean {
    return this.#ready || !this.hasUpdated;
  }

  override willUpdate(): void {
    if (this.#ready) this.#gather();
  }

  override render() {
    const count = this.#runs().length;
    const { view } = this.snapshot;
    return html`
      <div class="heading">
        <h4 title=${this.metric} aria-level=${this.level}>${keyText(this.metric)}</h4>
        <div class="actions">
          <button class="plain" aria-pressed=${this.tabular} data-testid="chart-table-toggle" @click=${() => (this.tabular = !this.tabular)}>
            Table
          </button>
          ${filesMenu(this.tabular, (kind) => void saveChart(kind, this.#file()))}
          <button class="plain" data-testid="chart-settings" aria-haspopup="dialog" aria-expanded=${this.adjusting} @click=${this.#adjust}>
            Axes
          </button>
          <button class="plain" aria-pressed=${this.large} @click=${() => (this.large = !this.large)}>
            ${this.large ? 'Smaller' : 'Larger'}
          </button>
        </div>
        ${pinButton(this.metric, this.snapshot.layout.pinnedCharts.includes(this.metric), () => emitIntent(this, { type: 'toggle-name', list: 'pinnedCharts', name: this.metric }))}
      </div>
      ${ownLine({ metric: this.metric, view, change: (charts) => emitIntent(this, { type: 'view', change: { charts } }) })}
      ${this.adjusting ? ownForm({ metric: this.metric, view }, this.renderRoot.querySelector('[data-testid="chart-settings"]'), () => (this.adjusting = false)) : nothing}
      ${
        this.tabular
          ? chartTable(this.#plotted, this.snapshot.view, this.sync.range)
          : html`<div
            class="plot"
            role="application"
            aria-roledescription="chart"
            aria-label=${`${this.metric} of ${count} ${count === 1 ? 'run' : 'runs'}. Arrow keys move the cursor, plus and minus zoom, zero shows everything.`}
            tabindex="0"
            data-testid="chart"
            data-metric=${this.metric}
            data-points=${this.#plotted.reduce((sum, each) => sum + each.curve.length, 0)}
            @keydown=${this.#keyPressed}
            @pointerdown=${this.#tooltip.pressed}
            @click=${this.#tooltip.clicked}
          ></div>`
      }
      ${this.#loading && this.#plotted.length === 0 ? html`<p class="notice">Reading…</p>` : nothing}
      ${this.#leftOut ? html`<p class="notice" role="status" data-testid="left-out">${this.#leftOut}</p>` : nothing}
      ${this.#errors.map((error) => html`<p class="notice error" data-testid="chart-problem">${error}</p>`)}
      <ul
        class="readout"
        aria-label="Values"
        @pointerover=${this.#pointed}
        @pointerleave=${this.#unpointed}
        @focusin=${this.#pointed}
        @focusout=${this.#unpointed}
        @keydown=${readoutKey}
        @click=${this.#soloed}
      ></ul>
      <div class="visually-hidden" aria-live="polite" data-testid="chart-announcement"></div>
    `;
  }

  override updated(): void {
    if (!this.#ready) return;
    if (this.tabular) {
      this.#dropPlot();
      this.#readOut();
      return;
    }
    const plotKey = this.#lookKey();
    if (!this.#plot || plotKey !== this.#plotKey) this.#makePlot(plotKey);
    const drawn = this.#plotted
      .map((each) => `${each.run_id}:${each.stroke.color}:${each.stroke.dash}:${each.curve.version}:${each.curve.length}`)
      .join();
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#plot?.setCurves(this.#plotted);
    }
    this.#readOut();
    if (this.#sitting && this.#isRead()) {
      this.#plot?.drawNow();
      setTimeout(this.#sitting);
    }
  }

  get pointCount(): number {
    return this.#runs().reduce((sum, run) => sum + (metricOf(run, this.metric)?.count ?? 0), 0);
  }

  async sit(): Promise<boolean> {
    if (this.#ready || this.tabular || !this.isConnected || this.#stillKey() === this.#stillOf) return false;
    const drawn = new Promise<void>((resolve) => {
      this.#sitting = resolve;
      setTimeout(resolve, LONGEST_SITTING_MS);
    });
    this.#appear();
    await drawn;
    this.#sitting = undefined;
    if (!this.#inSight) this.#disappear();
    return true;
  }

  readonly #appear = (): void => {
    this.#ready = true;
    this.#emitInSight(true);
    this.requestUpdate();
    // At once, within the frame's share of work, rather than in a later microtask.
    this.performUpdate();
  };

  #disappear(): void {
    cancel(this.#appear);
    if (this.#ready) this.#emitInSight(false);
    this.#ready = false;
    const still = this.isConnected && this.#plot?.isDrawn && this.#isRead() ? this.#plot.drawing.canvas : undefined;
    const key = still ? this.#stillKey() : '';
    // Points that are out of sight may be given back.
    this.#plotted = [];
    this.#dropPlot();
    if (still) this.#leave(still, key);
    else if (this.isConnected) this.dispatchEvent(new Event('still-missed', { bubbles: true }));
  }

  /** What is drawn is all that there is. */
  #isRead(): boolean {
    const series = this.#runs().map((run) => this.snapshot.series.get(run.run_id, this.metric));
    return series.every((each) => each !== undefined && each.revision > 0 && !each.reading && !each.stale);
  }

  /** The canvas stays where the plot was, as a picture. */
  #leave(still: HTMLCanvasElement, key: string): void {
    still.removeAttribute('style');
    still.className = 'still';
    this.renderRoot.querySelector('.plot')?.replaceChildren(still);
    this.#stillOf = key;
    this.toggleAttribute('still', true);
    keepStill(this);
  }

  dropStill(): void {
    this.renderRoot.querySelector('.still')?.remove();
    this.toggleAttribute('still', false);
    this.#stillOf = '';
  }

  /** All that a picture depends on. */
  #stillKey(): string {
    const runs = this.#runs().map((run) => {
      const { color, dash } = runStroke(this.snapshot, run.run_id, this.dark);
      return [run.run_id, metricOf(run, this.metric)?.count, color, dash];
    });
    const { range, solo, emphasised } = this.sync;
    return [this.#lookKey(), this.clientWidth, this.snapshot.layout.chartHeight, range, solo, emphasised, ...runs].join();
  }

  #lookKey(): string {
    const { xAxis, xLog, yLog, smoothing, clip, yMin, yMax } = this.#view();
    return [xAxis, xLog, yLog, smoothing, clip, yMin, yMax, this.dark].join();
  }

  /** Once removed, this element's own events reach no one: its view's host is still there to send it. */
  #emitInSight(inSight: boolean): void {
    if (this.#host) emitIntent(this.#host, { type: 'chart-in-sight', metric: this.metric, inSight });
  }

  /** Collects the curves of the selected runs, as far as they have been read. */
  #gather(): void {
    const view = this.#view();
    this.#plotted = [];
    this.#errors = [];
    this.#loading = false;
    const runs = this.#runs();
    for (const run of runs) {
      const series = this.snapshot.series.get(run.run_id, this.metric);
      if (!series) {
        this.#loading = true;
        continue;
      }
      if (series.error) this.#errors.push(`${runName(run)}: ${series.error}`);
      const lost = lostPoints(run, this.metric, series);
      if (lost > 0) this.#errors.push(`${runName(run)}: ${lossText(lost)}`);
      if (series.revision === 0) this.#loading = true;
      else this.#plotted.push(this.#plottedCurve(run, series));
    }
    const curves = this.#plotted.map((each) => each.curve);
    this.#leftOut = this.tabular ? undefined : leftOut(curves, view.xLog, view.yLog);
  }

  /** What holds for all charts, with what is this one's own. */
  #view(): ViewState & ChartSettings {
    return settingsOfChart(this.snapshot.view, this.metric);
  }

  /** What few open is loaded when it is opened. */
  readonly #adjust = async (): Promise<void> => {
    await import('./chart-settings');
    this.adjusting = true;
  };

  /** The selected runs that have logged this metric. */
  #runs(): RunRecord[] {
    return this.snapshot.selected.filter((run) => metricOf(run, this.metric));
  }

  #plottedCurve({ run_id }: RunRecord, { curve }: KnownSeries): PlottedCurve {
    const { short = run_id, whole = run_id } = this.snapshot.labels.get(run_id) ?? {};
    return { run_id, label: short, name: whole, stroke: runStroke(this.snapshot, run_id, this.dark), curve };
  }

  #makePlot(plotKey: string): void {
    this.#dropPlot();
    const target = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (!target) return;
    this.dropStill();
    forgetStill(this);
    const style = getComputedStyle(target);
    const colors = { ink: style.color, line: style.borderTopColor, font: style.fontFamily };
    this.#plot = new Plot(target, this.sync, this.#view(), colors, this.#tooltip.hover);
    this.#plotKey = plotKey;
    this.#size?.observe(target);
  }

  #dropPlot(): void {
    this.#tooltip.dismiss();
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#drawn = '';
    this.#size?.disconnect();
  }

  #fit(): void {
    const target = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (target) this.#plot?.resize(target.clientWidth, target.clientHeight);
  }

  /** What each run's value is at the cursor, or last; written directly, for it follows the pointer. */
  readonly #readOut = (): void => {
    if (!this.#ready) return;
    const list = this.renderRoot.querySelector('.readout');
    if (list) writeReadout(list, this.#plotted, this.sync, this.#view().smoothing);
  };

  readonly #pace = new ReadoutPace(this.#readOut, () => this.#plotted.length);

  readonly #rangeMoved = (): void => {
    if (this.tabular) this.requestUpdate();
  };

  readonly #keyPressed = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') this.#tooltip.dismiss();
    this.#keyboard(event);
  };

  readonly #pointed = (event: Event): void => {
    this.sync.emphasise((event.target as Element).closest('li')?.dataset.runId);
  };

  readonly #unpointed = (): void => this.sync.emphasise(undefined);

  /** A click on a run's name shows it alone; a second one brings the others back. */
  readonly #soloed = (event: Event): void => {
    const run_id = (event.target as Element).closest('button')?.closest('li')?.dataset.runId;
    if (run_id !== undefined) this.sync.toggleSolo(run_id);
  };

  #announce(text: string): void {
    const live = this.renderRoot.querySelector('[aria-live]');
    if (live) live.textContent = text;
  }

  #file() {
    const { metric } = this;
    return {
      metric,
      view: this.#view(),
      range: this.sync.range,
      plotted: this.#plotted,
      drawing: this.#plot?.drawing,
      style: getComputedStyle(this),
    };
  }
}

function metricOf(run: RunRecord, key: string): MetricRecord | undefined {
  return run.metrics.find((metric) => metric.key === key);
}

customElements.define('entrenar-metric-chart', MetricChart);

declare global {
  interface HTMLElementTagNameMap {
    'entrenar-metric-chart': MetricChart;
  }
}
