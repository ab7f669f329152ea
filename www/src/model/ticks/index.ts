// The ticks of any axis.

import type { Scale } from '../scale';
import { clockTicks } from './clock';
import { durationTicks, logDurationTicks } from './duration';
import { linearTicks } from './linear';
import { logTicks } from './logarithmic';
import { room, type Tick } from './tick';

export type { Tick } from './tick';

/** What an axis counts. */
export type Quantity = 'value' | 'step' | 'relative' | 'wall';

/** About how many pixels a label takes along the axis. */
const SPACING: Record<Quantity, number> = { value: 26, step: 64, relative: 72, wall: 96 };

/** Outside the years 100 to 9000 no clock has measured anything: there, times are just numbers. */
const FIRST_MS = -5.9e13;
const LAST_MS = 2.2e14;

export function axisTicks(scale: Scale, quantity: Quantity, pixels: number): Tick[] {
  const most = room(pixels, SPACING[quantity]);
  if (quantity === 'wall' && scale.min > FIRST_MS && scale.max < LAST_MS) return clockTicks(scale, most);
  if (quantity === 'relative') return scale.log ? logDurationTicks(scale, most) : durationTicks(scale, most);
  return scale.log ? logTicks(scale, most) : linearTicks(scale, most, quantity === 'step');
}
