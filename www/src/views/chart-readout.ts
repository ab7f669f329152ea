// What every run's value is at the cursor, or else last. Written without rendering, for it follows the pointer.

import { formatX } from '../chart/axes';
import type { PlottedCurve } from '../chart/paint';
import { exactValue, formatValues } from '../model/format';
import type { XAxis } from '../model/series-columns';

export function writeReadout(list: Element, plotted: readonly PlottedCurve[], cursor: number | undefined, smoothing: number): void {
  while (list.children.length > plotted.length) list.lastElementChild?.remove();
  const at = plotted.map(({ curve }) => (cursor === undefined ? curve.length - 1 : curve.nearest(cursor)));
  const logged = plotted.map(({ curve }, i) => (at[i]! < 0 ? undefined : curve.values[at[i]!]));
  const texts = formatValues(logged);
  const smooth =
    smoothing > 0
      ? formatValues(plotted.map(({ curve }, i) => (at[i]! < 0 ? undefined : curve.shown(smoothing, false).values[at[i]!])))
      : [];
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
  const indices = plotted.map(({ curve }) => curve.nearest(cursor));
  const texts = formatValues(plotted.map(({ curve }, i) => curve.values[indices[i]!]));
  const values = plotted.map(({ name }, i) => `${name} ${indices[i]! < 0 ? 'none' : texts[i]}`);
  return `${formatX(cursor, xAxis)}: ${values.join(', ')}`;
}

function newItem(): HTMLLIElement {
  const item = document.createElement('li');
  for (const name of ['swatch', 'name', 'value']) item.appendChild(document.createElement('span')).className = name;
  return item;
}
