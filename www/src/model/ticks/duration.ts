// Ticks of relative time: at round milliseconds, seconds, minutes, hours and days.

import type { Bounds } from '../scale';
import { FEWEST, type Tick } from './tick';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...Array.from({ length: 14 }, (_, power) => [1, 2, 5].map((n) => n * 10 ** power * DAY)).flat(),
];
/** On a logarithmic axis. */
const MILESTONES: readonly number[] = [
  ...[1, 10, 100],
  ...[1, 10].map((n) => n * SECOND),
  ...[1, 10].map((n) => n * MINUTE),
  ...[1, 6].map((n) => n * HOUR),
  ...Array.from({ length: 14 }, (_, power) => 10 ** power * DAY),
];

export function durationTicks({ min, max }: Bounds, most: number): Tick[] {
  let finer: number[] = [];
  for (const step of STEPS) {
    if ((max - min) / step > most * 6) continue;
    const values = multiples(min, max, step);
    const fits = values.length <= most;
    if (fits) return (values.length >= FEWEST ? values : finer).map(tick);
    finer = values;
  }
  return finer.map(tick);
}

export function logDurationTicks(bounds: Bounds, most: number): Tick[] {
  const inside = MILESTONES.filter((value) => value >= bounds.min && value <= bounds.max);
  if (inside.length < 3) return durationTicks(bounds, most);
  const stride = Math.ceil(inside.length / most);
  return inside.filter((_, i) => i % stride === 0).map(tick);
}

function multiples(min: number, max: number, step: number): number[] {
  const values: number[] = [];
  const first = Math.ceil(min / step);
  const last = Math.floor(max / step);
  for (let count = first; count <= last; count++) if (count * step >= min && count * step <= max) values.push(count * step + 0);
  return values;
}

function tick(value: number): Tick {
  return { value, label: durationLabel(value) };
}

const UNITS: readonly [number, string][] = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [SECOND, 's'],
];

/** Exactly these milliseconds: `1 h 30 min`, `2.5 s`. */
export function durationLabel(ms: number): string {
  if (ms === 0) return '0';
  const sign = ms < 0 ? '−' : '';
  let rest = Math.abs(ms);
  if (rest < SECOND) return `${sign}${rest} ms`;
  const parts: string[] = [];
  for (const [unit, name] of UNITS) {
    const count = unit === SECOND ? rest / SECOND : Math.floor(rest / unit);
    rest -= Math.floor(rest / unit) * unit;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return sign + parts.join(' ');
}
