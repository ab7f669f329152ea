// Where curves are drawn, and how their values map onto it.

import { fractionOf, type Scale } from '../model/scale';

/** The chart's area in canvas pixels, and the axes that map onto it. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
  x: Scale;
  y: Scale;
  pixelRatio: number;
}

/** No pixel is farther away: beyond, a position would no longer be a number. */
const FARTHEST = 1e300;

export function mapX({ x, left, width }: Frame): (value: number) => number {
  const fraction = fractionOf(x);
  return (value) => left + fraction(value) * width;
}

export function mapY({ y, top, height }: Frame): (value: number) => number {
  const fraction = fractionOf(y);
  return (value) => Math.max(-FARTHEST, Math.min(FARTHEST, top + height - fraction(value) * height));
}
