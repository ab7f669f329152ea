// One chart: uPlot for scales, axes, cursor and selection; the curves are painted from all their points, per frame.

import uPlot from 'uplot';
import { type Bounds, xBounds, yBounds } from '../model/bounds';
import type { Curve } from '../model/curve';
import type { XAxis } from '../model/series-columns';
import { type ChartColors, chartAxes } from './axes';
import type { ChartSync, Range } from './chart-sync';
import { attachGestures, transformed } from './gestures';
import { type PlottedCurve, paintCurves } from './paint';

export interface PlotSettings {
  xAxis: XAxis;
  xLog: boolean;
  yLog: boolean;
  smoothing: number;
  clip: boolean;
}

export class Plot {
  readonly #sync: ChartSync;
  readonly #settings: PlotSettings;
  readonly #uplot: uPlot;
  readonly #dots: HTMLElement[] = [];
  #plotted: readonly PlottedCurve[] = [];
  #full: Bounds = { min: 0, max: 1 };
  #frame = 0;

  constructor(target: HTMLElement, sync: ChartSync, settings: PlotSettings, colors: ChartColors) {
    this.#sync = sync;
    this.#settings = settings;
    const { xLog, yLog, xAxis } = settings;
    this.#uplot = new uPlot(
      {
        width: Math.max(80, target.clientWidth),
        height: Math.max(80, target.clientHeight),
        ms: 1,
        padding: [10, 22, 0, 0],
        legend: { show: false },
        scales: {
          // Taken as it is: left to itself uPlot widens a logarithmic range to whole powers of ten.
          x: { time: xAxis === 'wall', distr: xLog ? 3 : 1, auto: false, range: (_, min, max) => [min, max] },
          y: { distr: yLog ? 3 : 1, auto: false },
        },
        axes: chartAxes(xAxis, xLog, yLog, colors),
        series: [{}, { paths: () => null, points: { show: false } }],
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: true, y: false, setScale: false, dist: 5 },
          bind: { dblclick: () => () => null },
        },
        hooks: {
          draw: [() => this.#paint()],
          setCursor: [() => this.#cursorMoved()],
          setSelect: [() => this.#selected()],
        },
      },
      [
        [1, 2],
        [1, 2],
      ],
      target,
    );
    attachGestures(this.#uplot.over, {
      visible: () => this.#visible(),
      log: () => xLog,
      zoom: (range) => sync.zoom(range && this.#sane(range)),
      point: (clientX) => {
        if (clientX === undefined) sync.moveCursor(undefined, {});
        else sync.moveCursor(this.#uplot.posToVal(clientX - this.#uplot.over.getBoundingClientRect().left, 'x'), {});
      },
    });
    sync.addEventListener('range', this.#invalidate);
    sync.addEventListener('cursor', this.#follow);
  }

  get canvas(): HTMLCanvasElement {
    return this.#uplot.ctx.canvas;
  }

  setCurves(plotted: readonly PlottedCurve[]): void {
    this.#plotted = plotted;
    this.#invalidate();
  }

  resize(width: number, height: number): void {
    if (width < 80 || height < 80 || (width === this.#uplot.width && height === this.#uplot.height)) return;
    this.#uplot.setSize({ width, height });
    this.#invalidate();
  }

  /** The visible x range, for a table of the same data. */
  #visible(): Range {
    const range = this.#sync.range;
    if (range && (!this.#settings.xLog || range[0] > 0)) return range;
    return [this.#full.min, this.#full.max];
  }

  visible(): Range {
    return this.#visible();
  }

  zoomBy(factor: number): void {
    this.#sync.zoom(this.#sane(transformed(this.#visible(), this.#settings.xLog, factor, 0.5, 0)));
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#sync.removeEventListener('range', this.#invalidate);
    this.#sync.removeEventListener('cursor', this.#follow);
    this.#uplot.destroy();
  }

  /** Not narrower than numbers can tell apart, and not wider than twice everything. */
  #sane([from, to]: Range): Range | undefined {
    const width = to - from;
    const everything = this.#full.max - this.#full.min;
    if (!(width > 0) || width > everything * 2 || (from <= this.#full.min && to >= this.#full.max)) return undefined;
    if (width < Math.max(Math.abs(to) * 1e-12, everything * 1e-9)) return this.#visible();
    return [from, to];
  }

  readonly #invalidate = (): void => {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#rescale();
    });
  };

  #rescale(): void {
    const { xLog, yLog, smoothing, clip } = this.#settings;
    const curves: Curve[] = this.#plotted.map((each) => each.curve);
    this.#full = xBounds(curves, xLog) ?? (xLog ? { min: 1, max: 10 } : { min: 0, max: 1 });
    const [min, max] = this.#visible();
    const y = yBounds(curves, { min, max }, smoothing, clip, yLog) ?? (yLog ? { min: 0.1, max: 1 } : { min: 0, max: 1 });
    this.#uplot.batch(() => {
      this.#uplot.setScale('x', { min, max });
      this.#uplot.setScale('y', y);
      this.#uplot.redraw(false, true);
    });
    this.#follow();
  }

  #paint(): void {
    const { bbox, ctx, scales } = this.#uplot;
    const x = scales.x;
    const y = scales.y;
    if (x?.min == null || x.max == null || y?.min == null || y.max == null) return;
    const frame = {
      ...bbox,
      x: { min: x.min, max: x.max, log: this.#settings.xLog },
      y: { min: y.min, max: y.max, log: this.#settings.yLog },
      pixelRatio: devicePixelRatio,
    };
    paintCurves(ctx, frame, this.#plotted, this.#settings.smoothing);
  }

  #selected(): void {
    const { left, width } = this.#uplot.select;
    if (width < 5) return;
    const range = this.#sane([this.#uplot.posToVal(left, 'x'), this.#uplot.posToVal(left + width, 'x')]);
    this.#uplot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#sync.zoom(range);
  }

  #cursorMoved(): void {
    const left = this.#uplot.cursor.left;
    this.#sync.moveCursor(left === undefined || left < 0 ? undefined : this.#uplot.posToVal(left, 'x'), this);
  }

  /** Shows the shared cursor here, with a dot on every curve. */
  readonly #follow = (event?: Event): void => {
    const x = this.#sync.cursor;
    const mine = event instanceof CustomEvent && event.detail === this;
    if (!mine) {
      const left = x === undefined ? -10 : this.#uplot.valToPos(x, 'x');
      this.#uplot.setCursor({ left, top: x === undefined ? -10 : 0 }, false);
    }
    this.#placeDots(x);
  };

  #placeDots(x: number | undefined): void {
    const { over, bbox } = this.#uplot;
    // From the numbers uPlot keeps: asking the element would force a layout per chart and frame.
    const width = bbox.width / devicePixelRatio;
    const height = bbox.height / devicePixelRatio;
    while (this.#dots.length < this.#plotted.length) {
      const dot = document.createElement('span');
      dot.className = 'dot';
      this.#dots.push(over.appendChild(dot));
    }
    this.#dots.forEach((dot, i) => {
      const each = this.#plotted[i];
      const index = each && x !== undefined ? each.curve.nearest(x) : -1;
      const { smoothing } = this.#settings;
      const value = !each || index < 0 ? NaN : (smoothing > 0 ? each.curve.smoothed(smoothing).values : each.curve.values)[index]!;
      const left = index < 0 ? -1 : this.#uplot.valToPos(each!.curve.x(index), 'x');
      const top = this.#uplot.valToPos(value, 'y');
      const shown = Number.isFinite(top) && left >= 0 && left <= width && top >= 0 && top <= height;
      dot.hidden = !shown;
      if (!shown) return;
      dot.style.background = each!.stroke.color;
      dot.style.transform = `translate(${left}px, ${top}px)`;
    });
  }
}
