// What every run's value is at the cursor, or else last. Written without rendering, for it follows the pointer.

import { formatX } from '../chart/axes';
import type { PlottedCurve } from '../chart/paint';
import { formatValue } from '../model/format';
import type { XAxis } from '../model/series-columns';

export function writeReadout(list: Element, plotted: readonly PlottedCurve[], cursor: number | undefined, smoothing: number): void {
  while (list.children.length > plotted.length) list.lastElementChild?.remove();
  plotted.forEach(({ curve, label, stroke, run_id }, i) => {
    const item = (list.children[i] as HTMLElement | undefined) ?? list.appendChild(newItem());
    const [swatch, name, value] = item.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
    item.dataset.runId = run_id;
    swatch.style.background = stroke.color;
    name.textContent = label;
    const index = cursor === undefined ? curve.length - 1 : curve.nearest(cursor);
    if (index < 0) value.textContent = '–';
    else {
      const raw = formatValue(curve.values[index]!);
      value.textContent = smoothing > 0 ? `${formatValue(curve.shown(smoothing, false).values[index]!)} (${raw})` : raw;
    }
  });
}

/** The same in words. */
export function readoutText(plotted: readonly PlottedCurve[], cursor: number | undefined, xAxis: XAxis): string {
  if (cursor === undefined) return '';
  const values = plotted.map(({ curve, label }) => {
    const index = curve.nearest(cursor);
    return `${label} ${index < 0 ? 'none' : formatValue(curve.values[index]!)}`;
  });
  return `${formatX(cursor, xAxis)}: ${values.join(', ')}`;
}

function newItem(): HTMLLIElement {
  const item = document.createElement('li');
  for (const name of ['swatch', 'name', 'value']) item.appendChild(document.createElement('span')).className = name;
  return item;
}
