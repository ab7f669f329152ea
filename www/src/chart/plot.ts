// One chart: uPlot for axes, cursor and selection; the curves are painted from all their points, per frame.

import { type Shape, xBounds, yBounds } from '../model/bounds';
import { type ChartSettings, ownRange } from '../model/chart-settings';
import type { Curve } from '../model/curve';
import { divisible, fractionOf, type Scale, valueAt } from '../model/scale';
import { axisTicks, type Quantity } from '../model/ticks';
import type { XAxis } from '../model/x-axis';
import { type ChartColors, chartAxes, type PlacedTick } from './axes';
import type { ChartSync, Range } from './chart-sync';
import type { Frame } from './frame';
import { attachGestures, transformed } from './gestures';
import { type Look, type PlottedCurve, paintCurves } from './paint';
import type { Drawing } from './picture';
import uPlot from './uplot';

/** `yMin` and `yMax`: ends of the y axis that were set. */
export interface PlotSettings extends Pick<ChartSettings, 'yMin' | 'yMax'> {
  xAxis: XAxis;
  xLog: boolean;
  yLog: boolean;
  smoothing: number;
  clip: boolean;
}

/** Where the pointer is over a chart. */
export interface Hover {
  x: number;
  /** From the top of the area in which curves are drawn. */
  top: number;
  clientX: number;
  clientY: number;
  /** How far from that top a value is drawn. */
  topOf(value: number): number;
}

const REST_MS = 150;
/** More dots than this would hide the curves they are on. */
const MOST_DOTS = 100;
const LEAST_PX = 80;
/** Times are whole milliseconds: an axis spans some of them. */
const LEAST_MS = 4;
/** Padding to the right has room for half of a label. */
const PADDING: Record<XAxis, number> = { step: 22, relative: 26, wall: 40 };

export class Plot {
  readonly #sync: ChartSync;
  readonly #settings: PlotSettings;
  readonly #colors: ChartColors;
  readonly #uplot: uPlot;
  readonly #onHover: (hover: Hover | undefined) => void;
  readonly #dots: HTMLElement[] = [];
  #plotted: readonly PlottedCurve[] = [];
  /** What is drawn, and what would show everything. */
  #x: Scale;
  #y: Scale;
  #full: Range;
  #ticks: { x: readonly PlacedTick[]; y: readonly PlacedTick[] } = { x: [], y: [] };
  #frame = 0;
  #inSight = true;
  #later: ReturnType<typeof setTimeout> | undefined;
  readonly #sight = new IntersectionObserver(([entry]) => this.#seen(entry?.isIntersecting ?? true));

  constructor(
    target: HTMLElement,
    sync: ChartSync,
    settings: PlotSettings,
    colors: ChartColors,
    onHover: (hover: Hover | undefined) => void,
  ) {
    this.#sync = sync;
    this.#onHover = onHover;
    this.#settings = settings;
    this.#colors = colors;
    const { xLog, yLog, xAxis } = settings;
    this.#x = { ...emptyBounds(xLog), log: xLog };
    this.#y = { ...emptyBounds(yLog), log: yLog };
    this.#full = [this.#x.min, this.#x.max];
    this.#uplot = new uPlot(
      {
        width: Math.max(LEAST_PX, target.clientWidth),
        height: Math.max(LEAST_PX, target.clientHeight),
        ms: 1,
        padding: [10, PADDING[xAxis], 0, 0],
        legend: { show: false },
        // Both axes go from 0 to 1: which values those are, this file knows.
        scales: { x: { time: false, auto: false, range: [0, 1] }, y: { auto: false, range: [0, 1] } },
        axes: chartAxes(() => this.#ticks, colors),
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
        [0, 1],
        [0, 1],
      ],
      target,
    );
    attachGestures(this.#uplot.over, {
      visible: () => this.visible(),
      log: () => xLog,
      zoom: (range) => sync.zoom(range && this.#sane(range)),
      point: (clientX) => sync.moveCursor(clientX === undefined ? undefined : this.#xAt(clientX - this.#left()), {}),
    });
    this.#sight.observe(target);
    sync.addEventListener('range', this.#invalidate);
    sync.addEventListener('cursor', this.#follow);
    sync.addEventListener('emphasis', this.#invalidate);
    sync.addEventListener('solo', this.#invalidate);
  }

  /** What is shown, to be drawn elsewhere: without the emphasis of the moment. */
  get drawing(): Drawing {
    const { ink: tickInk, line: grid } = this.#colors;
    return {
      canvas: this.#uplot.ctx.canvas,
      frame: this.#frameNow(),
      ticks: this.#ticks,
      plotted: this.#alone() ?? this.#plotted,
      look: { ...this.#look(), emphasised: undefined },
      grid,
      tickInk,
    };
  }

  setCurves(plotted: readonly PlottedCurve[]): void {
    this.#plotted = plotted;
    this.#invalidate();
  }

  /** Whether what is on the canvas is what there is to see. */
  get isDrawn(): boolean {
    return this.#frame === 0 && this.#later === undefined;
  }

  /** Puts on the canvas, without waiting for a frame, what there is to see; it is there when the task has ended. */
  drawNow(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#later);
    this.#frame = 0;
    this.#later = undefined;
    this.#rescale();
  }

  resize(width: number, height: number): void {
    if (width < LEAST_PX || height < LEAST_PX || (width === this.#uplot.width && height === this.#uplot.height)) return;
    this.#uplot.setSize({ width, height });
    this.#invalidate();
  }

  /** The x range that is shown. */
  visible(): Range {
    const range = this.#sync.range;
    if (range && (!this.#settings.xLog || range[0] > 0)) return range;
    return this.#full;
  }

  /** Makes the visible range so many times as wide, about the cursor if there is one, else about the middle. */
  zoomBy(factor: number): void {
    const { cursor } = this.#sync;
    const at = cursor === undefined ? 0.5 : fractionOf(this.#x)(cursor);
    this.#sync.zoom(this.#sane(transformed(this.visible(), this.#settings.xLog, factor, at >= 0 && at <= 1 ? at : 0.5, 0)));
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#later);
    this.#sight.disconnect();
    this.#sync.removeEventListener('range', this.#invalidate);
    this.#sync.removeEventListener('cursor', this.#follow);
    this.#sync.removeEventListener('emphasis', this.#invalidate);
    this.#sync.removeEventListener('solo', this.#invalidate);
    this.#uplot.destroy();
  }

  /** Not narrower than numbers can tell apart, and not wider than twice everything. */
  #sane([from, to]: Range): Range | undefined {
    const width = to - from;
    const [first, last] = this.#full;
    const everything = last - first;
    if (!(width > 0) || width > everything * 2 || (from <= first && to >= last)) return undefined;
    const { min, max } = this.#divisible(from, to);
    if (min < from || max > to || width < everything * 1e-9) return this.visible();
    return [from, to];
  }

  #divisible(min: number, max: number): { min: number; max: number } {
    const { xAxis, xLog } = this.#settings;
    return xAxis === 'step' ? divisible({ min, max }, xLog) : divisible({ min, max }, xLog, LEAST_MS);
  }

  #seen(inSight: boolean): void {
    const late = inSight && !this.#inSight && this.#later !== undefined;
    this.#inSight = inSight;
    if (late) this.#invalidate();
  }

  /** What is out of sight is drawn when nothing has changed for a while, or when it comes into sight. */
  readonly #invalidate = (): void => {
    clearTimeout(this.#later);
    this.#later = undefined;
    if (this.#inSight) this.#redraw();
    else {
      this.#later = setTimeout(() => {
        this.#later = undefined;
        this.#redraw();
      }, REST_MS);
    }
  };

  #redraw(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#rescale();
    });
  }

  #rescale(): void {
    const { xLog, yLog, smoothing, clip } = this.#settings;
    const curves: Curve[] = this.#plotted.map((each) => each.curve);
    const full = xBounds(curves, xLog) ?? emptyBounds(xLog);
    const everything = this.#divisible(full.min, full.max);
    this.#full = [everything.min, everything.max];
    const visible = this.visible();
    this.#x = { ...this.#divisible(...visible), log: xLog };
    const shape: Shape = { smoothing, clip, log: yLog };
    const drawn = this.#alone()?.map((each) => each.curve) ?? curves;
    this.#y = { ...ownRange(yBounds(drawn, this.#x, shape) ?? emptyBounds(yLog), this.#settings, yLog), log: yLog };
    this.#ticks = { x: this.#place(this.#x, this.#settings.xAxis), y: this.#place(this.#y, 'value') };
    this.#uplot.batch(() => {
      for (const axis of ['x', 'y']) this.#uplot.setScale(axis, { min: 0, max: 1 });
      this.#uplot.redraw(false, true);
    });
    this.#follow();
  }

  #place(scale: Scale, quantity: Quantity): PlacedTick[] {
    const { width, height } = this.#size();
    const at = fractionOf(scale);
    return axisTicks(scale, quantity, quantity === 'value' ? height : width).map((tick) => ({ ...tick, at: at(tick.value) }));
  }

  /** Of the area in which curves are drawn, in CSS pixels, as uPlot keeps it: asking the element would force a layout. */
  #size(): { width: number; height: number } {
    const { width, height } = this.#uplot.bbox;
    return { width: width / devicePixelRatio, height: height / devicePixelRatio };
  }

  #left(): number {
    return this.#uplot.over.getBoundingClientRect().left;
  }

  /** The x at a distance from the left edge. */
  #xAt(left: number): number {
    return valueAt(this.#x, left / this.#size().width);
  }

  #paint(): void {
    paintCurves(this.#uplot.ctx, this.#frameNow(), this.#alone() ?? this.#plotted, this.#look());
  }

  #frameNow(): Frame {
    return { ...this.#uplot.bbox, x: this.#x, y: this.#y, pixelRatio: devicePixelRatio };
  }

  /** A chart that has nothing of the run that is shown alone has its own curves faint. */
  #look(): Look {
    const { solo, emphasised } = this.#sync;
    return { smoothing: this.#settings.smoothing, emphasised, faint: solo !== undefined && !this.#alone() };
  }

  /** The curves of the run that is shown alone, if it is here. */
  #alone(): readonly PlottedCurve[] | undefined {
    const { solo } = this.#sync;
    const alone = solo === undefined ? [] : this.#plotted.filter(({ run_id }) => run_id === solo);
    return alone.length > 0 ? alone : undefined;
  }

  #selected(): void {
    const { left, width } = this.#uplot.select;
    if (width < 5) return;
    const range = this.#sane([this.#xAt(left), this.#xAt(left + width)]);
    this.#uplot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#sync.zoom(range);
  }

  #cursorMoved(): void {
    const left = this.#uplot.cursor.left;
    const x = left === undefined || left < 0 ? undefined : this.#xAt(left);
    this.#sync.moveCursor(x, this);
    this.#emitHover(x);
  }

  /** A cursor that another chart or a key has moved is no pointer. */
  #emitHover(x: number | undefined): void {
    const { top, event } = this.#uplot.cursor;
    if (x === undefined || top === undefined || !(event instanceof MouseEvent)) {
      this.#onHover(undefined);
      return;
    }
    const { height } = this.#size();
    const up = fractionOf(this.#y);
    this.#onHover({ x, top, clientX: event.clientX, clientY: event.clientY, topOf: (value) => (1 - up(value)) * height });
  }

  /** Shows the shared cursor here, with a dot on every curve. */
  readonly #follow = (event?: Event): void => {
    const x = this.#sync.cursor;
    const mine = event instanceof CustomEvent && event.detail === this;
    if (!mine) {
      const left = x === undefined ? NaN : fractionOf(this.#x)(x) * this.#size().width;
      this.#uplot.setCursor(Number.isFinite(left) ? { left, top: 0 } : { left: -10, top: -10 }, false);
    }
    this.#placeDots(x);
  };

  #placeDots(x: number | undefined): void {
    const { width, height } = this.#size();
    const across = fractionOf(this.#x);
    const up = fractionOf(this.#y);
    const plotted = this.#alone() ?? this.#plotted;
    const marked = plotted.length <= MOST_DOTS ? plotted : [];
    while (this.#dots.length < marked.length) {
      const dot = document.createElement('span');
      dot.className = 'dot';
      this.#dots.push(this.#uplot.over.appendChild(dot));
    }
    this.#dots.forEach((dot, i) => {
      const each = marked[i];
      const point = each && x !== undefined ? each.curve.nearest(x, this.#settings.smoothing) : undefined;
      const value = point?.y ?? NaN;
      const left = point ? across(point.x) : NaN;
      const top = 1 - up(value);
      const shown = left >= 0 && left <= 1 && top >= 0 && top <= 1;
      dot.hidden = !shown;
      if (!shown) return;
      dot.style.background = each!.stroke.color;
      dot.style.transform = `translate(${left * width}px, ${top * height}px)`;
    });
  }
}

/** The axis of a chart that has nothing to show. */
function emptyBounds(log: boolean): { min: number; max: number } {
  return log ? { min: 0.1, max: 1 } : { min: 0, max: 1 };
}
