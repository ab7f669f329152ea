// What every run's value is where the pointer is: the nearest curve first, the others by value. Written directly, for it
// follows the pointer. In the top layer, so that neither the card nor the window cuts it off.

import { formatX } from '../chart/axes';
import type { PlottedCurve } from '../chart/paint';
import type { Hover } from '../chart/plot';
import { exactValue, formatDateTime, formatValues } from '../model/format';
import type { XAxis } from '../model/x-axis';
import type { CurvePoint } from '../tracker';

/** More than this are counted, not listed. */
const MOST = 40;
/** With more rows than this they stand in two columns. */
const TALL = 14;
const GAP_PX = 16;
const EDGE_PX = 8;
/** A press that moves less than this is a click. */
const CLICK_PX = 5;

interface Line {
  each: PlottedCurve;
  point: CurvePoint;
  value: number;
  distance: number;
}

/** What the tooltip is of. */
interface Shown {
  plotted: readonly PlottedCurve[];
  xAxis: XAxis;
  smoothing: number;
}

/** The tooltip of one chart: follows the pointer, and stays where it is while it is pinned. */
export class ChartTooltip {
  readonly #root: () => DocumentFragment | HTMLElement;
  readonly #read: () => Shown;
  readonly #onRun: (run_id: string) => void;
  /** Made when it is first needed: of a thousand charts few are ever pointed at. */
  #element: HTMLElement | undefined;
  #pinned = false;
  #pressedAt = 0;

  /** `onRun`: a run in the pinned tooltip was clicked. */
  constructor(root: () => DocumentFragment | HTMLElement, read: () => Shown, onRun: (run_id: string) => void) {
    this.#root = root;
    this.#read = read;
    this.#onRun = onRun;
  }

  readonly hover = (hover: Hover | undefined): void => {
    if (this.#pinned) return;
    const shown = this.#read();
    const lines = hover ? linesAt(shown, hover) : [];
    // Asked before anything is written: afterwards it would force a layout for each move.
    const { clientWidth, clientHeight } = document.documentElement;
    if (!hover || lines.length === 0) {
      this.#hide();
      return;
    }
    this.#element ??= create(this.#root(), this.#onRun);
    write(this.#element, lines, shown.xAxis);
    this.#element.togglePopover(true);
    place(this.#element, hover, clientWidth, clientHeight);
  };

  readonly pressed = ({ clientX }: PointerEvent): void => {
    this.#pressedAt = clientX;
  };

  /** A click keeps it, to be read and copied; a second one lets go of it. A drag is no click. */
  readonly clicked = ({ clientX }: MouseEvent): void => {
    if (Math.abs(clientX - this.#pressedAt) >= CLICK_PX) return;
    if (this.#pinned) this.dismiss();
    else this.#pin(this.#element?.matches(':popover-open') ?? false);
  };

  dismiss(): void {
    this.#pin(false);
    this.#hide();
  }

  /** A chart that is taken off the page has taken its tooltip with it: what is not in the page cannot be toggled. */
  #hide(): void {
    if (this.#element?.matches(':popover-open')) this.#element.hidePopover();
  }

  #pin(pinned: boolean): void {
    this.#pinned = pinned;
    this.#element?.classList.toggle('pinned', pinned);
  }
}

function create(root: DocumentFragment | HTMLElement, onRun: (run_id: string) => void): HTMLElement {
  const tooltip = document.createElement('div');
  tooltip.className = 'tooltip';
  tooltip.popover = 'manual';
  tooltip.ariaHidden = 'true';
  tooltip.dataset.testid = 'chart-tooltip';
  // By keyboard the legend does the same. What was selected, to be copied, is no click.
  tooltip.addEventListener('click', ({ target }) => {
    const run_id = (target as Element).closest('li')?.dataset.runId;
    if (run_id !== undefined && !getSelection()?.toString()) onRun(run_id);
  });
  for (const name of ['header', 'ol', 'footer']) tooltip.append(document.createElement(name));
  root.append(tooltip);
  return tooltip;
}

/** Rows stay where they are, and get what differs: the pointer moves on from frame to frame. */
function write(tooltip: HTMLElement, lines: readonly Line[], xAxis: XAxis): void {
  const [head, list, more] = tooltip.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
  const listed = lines.slice(0, MOST);
  const texts = formatValues(listed.map(({ value }) => value));
  put(head, headline(lines[0]!, xAxis));
  list.classList.toggle('tall', listed.length > TALL);
  list.style.setProperty('--rows', String(Math.ceil(listed.length / 2)));
  while (list.children.length > listed.length) list.lastElementChild?.remove();
  listed.forEach((line, i) => {
    fill((list.children[i] as HTMLElement | undefined) ?? list.appendChild(newItem()), line, texts[i]!, i === 0);
  });
  put(more, lines.length > MOST ? `and ${lines.length - MOST} more` : '');
}

function put(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** The nearest curve, then the others by value; what is no number comes last. */
function linesAt({ plotted, smoothing }: Shown, { x, top, topOf }: Hover): Line[] {
  const lines: Line[] = [];
  for (const each of plotted) {
    const point = each.curve.nearest(x, smoothing);
    if (!point) continue;
    const value = point.y;
    const distance = Math.abs(topOf(value) - top);
    lines.push({ each, point, value, distance: Number.isNaN(distance) ? Infinity : distance });
  }
  const nearest = lines.reduce<Line | undefined>((best, line) => (best && best.distance <= line.distance ? best : line), undefined);
  const rank = ({ value }: Line) => (Number.isNaN(value) ? -Infinity : value);
  return lines.sort((a, b) => Number(b === nearest) - Number(a === nearest) || rank(b) - rank(a));
}

function headline({ point }: Line, xAxis: XAxis): string {
  const at = formatX(point.x, xAxis);
  if (xAxis !== 'step') return at;
  return `Step ${at} · ${formatDateTime(point.timestamp)}`;
}

function newItem(): HTMLLIElement {
  const line = document.createElement('li');
  for (const name of ['swatch', 'name', 'value']) line.appendChild(document.createElement('span')).className = name;
  return line;
}

function fill(line: HTMLElement, { each: { run_id, label, name, stroke }, value }: Line, text: string, nearest: boolean): void {
  const [swatch, title, number] = line.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
  line.classList.toggle('nearest', nearest);
  if (line.dataset.runId !== run_id) line.dataset.runId = run_id;
  swatch.style.background = stroke.color;
  swatch.classList.toggle('dashed', stroke.dash.length > 0);
  put(title, label);
  if (title.title !== name) title.title = name;
  put(number, text);
  const exact = exactValue(value);
  if (number.title !== exact) number.title = exact;
}

/** Beside the pointer, on the side that has more room, and within the window. Percentages are of the tooltip's own size, which is not known yet. */
function place(tooltip: HTMLElement, { clientX, clientY }: Hover, width: number, height: number): void {
  const right = `min(${clientX + GAP_PX}px, ${width - EDGE_PX}px - 100%)`;
  const left = `${clientX - GAP_PX}px - 100%`;
  const top = `min(${clientY + GAP_PX}px, ${height - EDGE_PX}px - 100%)`;
  tooltip.style.transform = `translate(max(${EDGE_PX}px, ${clientX < width / 2 ? right : left}), max(${EDGE_PX}px, ${top}))`;
}
