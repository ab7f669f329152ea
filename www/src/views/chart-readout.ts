// What every run's value is at the cursor, or else last. Written without rendering, for it follows the pointer.
// It is the chart's legend too: each run's name is a button that shows this run alone. One of them is in the tab order, the
// arrow keys lead to the others.

import { formatX } from '../chart/axes';
import type { PlottedCurve } from '../chart/paint';
import { exactValue, formatValues } from '../model/format';
import type { XAxis } from '../model/x-axis';

/** Legends of more runs than this do not follow a cursor that moves: their layout would take longer than a frame. */
const MOST_FOLLOWING = 100;
const REST_MS = 120;

/** Has a legend written when the cursor moves: at once, or one of very many runs as soon as the cursor rests; the tooltip follows it. */
export class ReadoutPace {
  readonly #write: () => void;
  readonly #runs: () => number;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(write: () => void, runs: () => number) {
    this.#write = write;
    this.#runs = runs;
  }

  readonly cursorMoved = (): void => {
    clearTimeout(this.#later);
    if (this.#runs() > MOST_FOLLOWING) this.#later = setTimeout(this.#write, REST_MS);
    else this.#write();
  };

  stop(): void {
    clearTimeout(this.#later);
  }
}

export function writeReadout(
  list: Element,
  plotted: readonly PlottedCurve[],
  { cursor, solo }: { cursor: number | undefined; solo: string | undefined },
  smoothing: number,
): void {
  while (list.children.length > plotted.length) list.lastElementChild?.remove();
  const points = plotted.map(({ curve }) => (cursor === undefined ? curve.last(smoothing) : curve.nearest(cursor, smoothing)));
  const logged = points.map((point) => point?.value);
  const texts = formatValues(logged);
  const smooth = smoothing > 0 ? formatValues(points.map((point) => point?.y)) : [];
  plotted.forEach(({ label, name: whole, stroke, run_id }, i) => {
    const item = (list.children[i] as HTMLElement | undefined) ?? list.appendChild(newItem());
    const [button, value] = item.children as unknown as [HTMLButtonElement, HTMLElement];
    const [swatch, name] = button.children as unknown as [HTMLElement, HTMLElement];
    if (item.dataset.runId !== run_id || name.textContent !== label || swatch.dataset.color !== stroke.color) {
      item.dataset.runId = run_id;
      swatch.dataset.color = stroke.color;
      swatch.style.background = stroke.color;
      swatch.classList.toggle('dashed', stroke.dash.length > 0);
      name.textContent = label;
      name.title = whole;
      button.setAttribute('aria-label', whole);
    }
    const pressed = String(solo === run_id);
    if (button.ariaPressed !== pressed) button.ariaPressed = pressed;
    item.classList.toggle('out', solo !== undefined && solo !== run_id);
    const text = smoothing > 0 && logged[i] !== undefined ? `${smooth[i]} (${texts[i]})` : texts[i]!;
    if (value.textContent === text) return;
    value.textContent = text;
    value.title = logged[i] === undefined ? '' : exactValue(logged[i]!);
  });
  if (!list.querySelector('button[tabindex="0"]')) list.querySelector('button')?.setAttribute('tabindex', '0');
}

/** Moves the focus to the next run of the legend, by an arrow key, Home or End. */
export function readoutKey(event: KeyboardEvent): void {
  const button = (event.target as Element).closest('button');
  const buttons = [...(event.currentTarget as Element).querySelectorAll('button')];
  const here = button ? buttons.indexOf(button) : -1;
  const next = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: buttons.length - 1 }[
    event.key
  ];
  const to = next === undefined || here < 0 ? undefined : buttons[Math.max(0, Math.min(buttons.length - 1, next))];
  if (!to) return;
  event.preventDefault();
  for (const each of buttons) each.tabIndex = each === to ? 0 : -1;
  to.focus();
}

/** The same in words. */
export function readoutText(plotted: readonly PlottedCurve[], cursor: number | undefined, xAxis: XAxis): string {
  if (cursor === undefined) return '';
  const logged = plotted.map(({ curve }) => curve.nearest(cursor)?.value);
  const texts = formatValues(logged);
  const values = plotted.map(({ name }, i) => `${name} ${logged[i] === undefined ? 'none' : texts[i]}`);
  return `${formatX(cursor, xAxis)}: ${values.join(', ')}`;
}

function newItem(): HTMLLIElement {
  const item = document.createElement('li');
  const button = item.appendChild(document.createElement('button'));
  button.className = 'plain run';
  button.type = 'button';
  button.tabIndex = -1;
  button.dataset.testid = 'solo';
  for (const name of ['swatch', 'name']) button.appendChild(document.createElement('span')).className = name;
  item.appendChild(document.createElement('span')).className = 'value';
  return item;
}
