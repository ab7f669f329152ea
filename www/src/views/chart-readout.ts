// What every run's value is at the cursor, or else last. Written without rendering, for it follows the pointer.

import { formatX } from '../chart/axes';
import type { PlottedCurve } from '../chart/paint';
import { exactValue, formatValues } from '../model/format';
import type { XAxis } from '../model/x-axis';

export function writeReadout(list: Element, plotted: readonly PlottedCurve[], cursor: number | undefined, smoothing: number): void {
  while (list.children.length > plotted.length) list.lastElementChild?.remove();
  const points = plotted.map(({ curve }) => (cursor === undefined ? curve.last(smoothing) : curve.nearest(cursor, smoothing)));
  const logged = points.map((point) => point?.value);
  const texts = formatValues(logged);
  const smooth = smoothing > 0 ? formatValues(points.map((point) => point?.y)) : [];
  plotted.forEach(({ label, name: whole, stroke, run_id }, i) => {
    const item = (list.children[i] as HTMLElement | undefined) ?? list.appendChild(newItem());
    const [swatch, name, value] = item.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
    if (item.dataset.runId !== run_id || name.textContent !== label || swatch.dataset.color !== stroke.color) {
      item.dataset.runId = run_id;
      swatch.dataset.color = stroke.color;
      swatch.style.background = stroke.color;
      swatch.classList.toggle('dashed', stroke.dash.length > 0);
      name.textContent = label;
      name.title = whole;
    }
    const text = smoothing > 0 && logged[i] !== undefined ? `${smooth[i]} (${texts[i]})` : texts[i]!;
    if (value.textContent === text) return;
    value.textContent = text;
    value.title = logged[i] === undefined ? '' : exactValue(logged[i]!);
  });
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
  for (const name of ['swatch', 'name', 'value']) item.appendChild(document.createElement('span')).className = name;
  return item;
}
