// The ticks of any axis.

import type { Scale } from '../scale';
import { clockTicks } from './clock';
import { durationTicks, logDurationTicks } from './duration';
import { linearTicks } from './linear';
import { logTicks } from './logarithmic';
import { FEWEST, room, type Tick } from './tick';

export type { Tick } from './tick';

/** What an axis counts. */
export type Quantity = 'value' | 'step' | 'relative' | 'wall';

/** How many pixels ticks are apart at least: beneath each other, or side by side with short labels. */
const SPACING: Record<Quantity, number> = { value: 26, step: 50, relative: 60, wall: 60 };
/** About how wide a character of a label is, and how far labels are apart. */
const CHARACTER_PX = 6.6;
const LABEL_GAP_PX = 14;

/** Outside the years 100 to 9000 no clock has measured anything: there, times are just numbers. */
const FIRST_MS = -5.9e13;
const LAST_MS = 2.2e14;

/** As many ticks as have room for their labels. */
export function axisTicks(scale: Scale, quantity: Quantity, pixels: number): Tick[] {
  let most = room(pixels, SPACING[quantity]);
  let ticks = ticksOf(scale, quantity, most);
  while (quantity !== 'value' && most > FEWEST && widthOf(ticks) > pixels) {
    most--;
    ticks = ticksOf(scale, quantity, most);
  }
  return ticks;
}

function widthOf(ticks: readonly Tick[]): number {
  const longest = Math.max(...ticks.map(({ label }) => label.length));
  return (ticks.length - 1) * (longest * CHARACTER_PX + LABEL_GAP_PX);
}

function ticksOf(scale: Scale, quantity: Quantity, most: number): Tick[] {
  if (quantity === 'wall' && scale.min > FIRST_MS && scale.max < LAST_MS) return clockTicks(scale, most);
  if (quantity === 'relative') return scale.log ? logDurationTicks(scale, most) : durationTicks(scale, most);
  return scale.log ? logTicks(scale, most) : linearTicks(scale, most, quantity === 'step');
}
