// One metric of the selected runs: a chart, its readout, and the same data as a table. Draws only while it can be seen.

import { html, LitElement, nothing, unsafeCSS } from 'lit';
import uplotStyles from 'uplot/dist/uPlot.min.css?inline';
import type { ChartSync } from '../chart/chart-sync';
import { cancel, schedule } from '../chart/frame-queue';
import { Plot } from '../chart/plot';
import { emitIntent } from '../controller/intents';
import type { Snapshot } from '../controller/snapshot';
import { controls } from '../styles/controls';
import { chartCurves, isRead, lookKey, NO_CURVES, pointCountOf, runsKey, runsOf, viewOf } from './chart-curves';
import { saveChart } from './chart-files';
import { chartHeading } from './chart-heading';
import { chartKeyboard } from './chart-keyboard';
import { ownForm, ownLine } from './chart-own';
import { ReadoutPace, readoutKey, readoutText, writeReadout } from './chart-readout';
import { ChartStill } from './chart-still';
import { chartTable } from './chart-table';
import { ChartTooltip } from './chart-tooltip';
import { chartTooltipStyles } from './chart-tooltip-styles';
import { metricChartStyles } from './metric-chart-styles';
import { unwatchNearSight, watchNearSight } from './near-sight';
import { pinButtonStyles } from './pin-button';
import type { Sitter } from './stills';
import { swatchStyles } from './swatch';
import { unseenStyles } from './unseen';

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
  #group: Element | undefined;
  readonly #tooltip = new ChartTooltip(
    () => this.renderRoot,
    () => ({ plotted: this.#shown.plotted, ...viewOf(this) }),
    (run_id) => this.sync.toggleSolo(run_id),
  );
  #plotKey = '';
  #drawn = '';
  /** Visible, and its turn to draw has come. */
  #ready = false;
  #inSight = false;
  /** While its picture is drawn although it is out of sight: to be called when that is done. */
  #sitting: (() => void) | undefined;
  readonly #still = new ChartStill(this, () => this.renderRoot.querySelector('.plot'));
  #shown = NO_CURVES;
  #size: ResizeObserver | undefined;
  readonly #keyboard = chartKeyboard({
    plot: () => this.#plot,
    sync: () => this.sync,
    curves: () => this.#shown.plotted,
    announce: (text) => this.#announce(text),
    describe: () => readoutText(this.#shown.plotted, this.sync.cursor, this.snapshot.view.xAxis),
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
    this.#group = this.parentElement ?? undefined;
    watchNearSight(this, this.#group, (isNear) => {
      this.#inSight = isNear;
      if (isNear) schedule(this.#appear);
      else if (!this.#sitting) this.#disappear();
    });
    this.#size = new ResizeObserver(() => this.#fit());
    this.sync?.addEventListener('cursor', this.#pace.cursorMoved);
    this.sync?.addEventListener('range', this.#rangeMoved);
    this.sync?.addEventListener('solo', this.#readOut);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    unwatchNearSight(this, this.#group);
    this.#size?.disconnect();
    this.sync?.removeEventListener('cursor', this.#pace.cursorMoved);
    this.#pace.stop();
    this.sync?.removeEventListener('range', this.#rangeMoved);
    this.sync?.removeEventListener('solo', this.#readOut);
    this.#disappear();
    this.#still.drop();
  }

  override shouldUpdate(): boolean {
    return this.#ready || !this.hasUpdated;
  }

  override willUpdate(): void {
    if (this.#ready) this.#shown = chartCurves(this);
  }

  override render() {
    const count = runsOf(this).length;
    const { view } = this.snapshot;
    const { plotted, loading, errors, leftOut } = this.#shown;
    return html`
      ${chartHeading({
        metric: this.metric,
        level: this.level,
        tabular: this.tabular,
        adjusting: this.adjusting,
        large: this.large,
        pinned: this.snapshot.layout.pinnedCharts.includes(this.metric),
        toggleTable: () => (this.tabular = !this.tabular),
        toggleSize: () => (this.large = !this.large),
        adjust: this.#adjust,
        pin: () => emitIntent(this, { type: 'toggle-name', list: 'pinnedCharts', name: this.metric }),
        save: (kind) => void saveChart(kind, this.#file()),
      })}
      ${ownLine({ metric: this.metric, view, change: (charts) => emitIntent(this, { type: 'view', change: { charts } }) })}
      ${this.adjusting ? ownForm({ metric: this.metric, view }, this.renderRoot.querySelector('[data-testid="chart-settings"]'), () => (this.adjusting = false)) : nothing}
      ${
        this.tabular
          ? chartTable(plotted, view, this.sync.range)
          : html`<div
            class="plot"
            role="application"
            aria-roledescription="chart"
            aria-label=${`${this.metric} of ${count} ${count === 1 ? 'run' : 'runs'}. Arrow keys move the cursor, plus and minus zoom, zero shows everything.`}
            tabindex="0"
            data-testid="chart"
            data-metric=${this.metric}
            data-points=${plotted.reduce((sum, each) => sum + each.curve.length, 0)}
            @keydown=${this.#keyPressed}
            @pointerdown=${this.#tooltip.pressed}
            @click=${this.#tooltip.clicked}
          ></div>`
      }
      ${loading && plotted.length === 0 ? html`<p class="notice">Reading…</p>` : nothing}
      ${leftOut && !this.tabular ? html`<p class="notice" role="status" data-testid="left-out">${leftOut}</p>` : nothing}
      ${errors.map((error) => html`<p class="notice error" data-testid="chart-problem">${error}</p>`)}
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
    const plotKey = lookKey(this);
    if (!this.#plot || plotKey !== this.#plotKey) this.#makePlot(plotKey);
    const drawn = this.#shown.plotted
      .map((each) => `${each.run_id}:${each.stroke.color}:${each.stroke.dash}:${each.curve.version}:${each.curve.length}`)
      .join();
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#plot?.setCurves(this.#shown.plotted);
    }
    this.#readOut();
    if (this.#sitting && isRead(this)) {
      this.#plot?.drawNow();
      setTimeout(this.#sitting);
    }
  }

  get pointCount(): number {
    return pointCountOf(this);
  }

  async sit(): Promise<boolean> {
    if (this.#ready || this.tabular || !this.isConnected || this.#still.shows(this.#stillKey())) return false;
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
    const still = this.isConnected && this.#plot?.isDrawn && isRead(this) ? this.#plot.drawing.canvas : undefined;
    const key = still ? this.#stillKey() : '';
    // Points that are out of sight may be given back.
    this.#shown = NO_CURVES;
    this.#dropPlot();
    if (still) this.#still.leave(still, key);
    else if (this.isConnected) this.dispatchEvent(new Event('still-missed', { bubbles: true }));
  }

  dropStill(): void {
    this.#still.drop();
  }

  /** All that a picture depends on. */
  #stillKey(): string {
    const { range, solo, emphasised } = this.sync;
    return [lookKey(this), this.clientWidth, this.snapshot.layout.chartHeight, range, solo, emphasised, runsKey(this)].join();
  }

  /** Once removed, this element's own events reach no one: its view's host is still there to send it. */
  #emitInSight(inSight: boolean): void {
    if (this.#host) emitIntent(this.#host, { type: 'chart-in-sight', metric: this.metric, inSight });
  }

  /** What few open is loaded when it is opened. */
  readonly #adjust = async (): Promise<void> => {
    await import('./chart-settings');
    this.adjusting = true;
  };

  #makePlot(plotKey: string): void {
    this.#dropPlot();
    const target = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (!target) return;
    this.#still.drop();
    const style = getComputedStyle(target);
    const colors = { ink: style.color, line: style.borderTopColor, font: style.fontFamily };
    this.#plot = new Plot(target, this.sync, viewOf(this), colors, this.#tooltip.hover);
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
    if (list) writeReadout(list, this.#shown.plotted, this.sync, viewOf(this).smoothing);
  };

  readonly #pace = new ReadoutPace(this.#readOut, () => this.#shown.plotted.length);

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
      view: viewOf(this),
      range: this.sync.range,
      plotted: this.#shown.plotted,
      drawing: this.#plot?.drawing,
      style: getComputedStyle(this),
    };
  }
}

customElements.define('entrenar-metric-chart', MetricChart);

declare global {
  interface HTMLElementTagNameMap {
    'entrenar-metric-chart': MetricChart;
  }
}
