// For tests: the curve of given points.

import { WasmCurve } from 'entrenar';
import { Curve } from './curve';
import type { XAxis } from './x-axis';

export interface Shape {
  step?: readonly number[];
  timestamp?: readonly number[];
  xAxis?: XAxis;
}

export function curveOf(value: readonly number[], { step, timestamp, xAxis = 'step' }: Shape = {}): Curve {
  const steps = step ?? value.map((_, i) => i);
  const curve = new Curve(WasmCurve.of({ step: steps, value, timestamp: timestamp ?? value.map((_, i) => 1000 + i) }));
  curve.show(xAxis);
  return curve;
}
