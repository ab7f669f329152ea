// The points of curves as CSV: exact values, one row a point, readable by any program.

import type { Curve } from './curve';
import type { Bounds } from './scale';

export interface NamedCurve {
  run_id: string;
  name: string;
  curve: Curve;
}

/** In pieces, because a million rows are more than one text should hold. */
export function* csvRows(curves: readonly NamedCurve[], xName: string, { min, max }: Bounds): Generator<string> {
  yield `run_id,run,${xName},value\r\n`;
  for (const { run_id, name, curve } of curves) {
    const head = `${csvField(run_id)},${csvField(name)},`;
    for (const { x, value } of curve.pages(curve.indexAt(min), curve.indexAt(max, true))) {
      let piece = '';
      for (let i = 0; i < x.length; i++) piece += `${head}${x[i]},${value[i]}\r\n`;
      yield piece;
    }
  }
}

/** One row. */
export function csvLine(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}

/** Quoted where it has to be; spreadsheets take what begins like a formula for one, so that is quoted as text. A number is none. */
export function csvField(text: string): string {
  const isFormula = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text));
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
