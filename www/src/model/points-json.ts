// The points of curves as JSON: exact values, a list of [x, value] for each run.

import type { NamedCurve } from './csv';
import type { Bounds } from './scale';

/** In pieces, because a million points are more than one text should hold. */
export function* jsonPieces(curves: readonly NamedCurve[], metric: string, xName: string, { min, max }: Bounds): Generator<string> {
  yield `{"metric":${JSON.stringify(metric)},"x":"${xName}","runs":[`;
  for (const [index, { run_id, name, curve }] of curves.entries()) {
    yield `${index > 0 ? ',' : ''}\n{"run_id":${JSON.stringify(run_id)},"run":${JSON.stringify(name)},"points":[`;
    let comma = '';
    for (const { x, value } of curve.pages(curve.indexAt(min), curve.indexAt(max, true))) {
      let piece = '';
      for (let i = 0; i < x.length; i++) {
        piece += `${comma}[${x[i]},${jsonNumber(value[i]!)}]`;
        comma = ',';
      }
      yield piece;
    }
    yield ']}';
  }
  yield ']}\n';
}

/** What JSON has no number for is text: "NaN", "Infinity", "-Infinity". */
function jsonNumber(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}
