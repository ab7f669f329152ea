// Ticks of wall time, in the reader's time zone: at round times of day, then at days, months and years.

import type { Bounds } from '../scale';
import { DAY, HOUR, MINUTE, SECOND } from './duration';
import { FEWEST, type Tick } from './tick';

type Advance = (time: Date, count: number) => void;

interface Step {
  /** About how long it is. */
  ms: number;
  /** The last such time at or before the given one. */
  floor(time: Date): void;
  advance(time: Date): void;
}

const addMs: Advance = (time, count) => time.setTime(time.getTime() + count);

function ofDay(ms: number): Step {
  return {
    ms,
    floor: (time) => {
      const midnight = new Date(time).setHours(0, 0, 0, 0);
      time.setTime(midnight + Math.floor((time.getTime() - midnight) / ms) * ms);
    },
    advance: (time) => addMs(time, ms),
  };
}

function days(count: number): Step {
  return {
    ms: count * DAY,
    // Counted from one day on, so that the same days are marked wherever the axis begins.
    floor: (time) => {
      time.setHours(0, 0, 0, 0);
      const day = Math.round(Date.UTC(time.getFullYear(), time.getMonth(), time.getDate()) / DAY);
      time.setDate(time.getDate() - (((day % count) + count) % count));
    },
    advance: (time) => time.setDate(time.getDate() + count),
  };
}

function months(count: number): Step {
  return {
    ms: count * 30.4 * DAY,
    floor: (time) => {
      time.setHours(0, 0, 0, 0);
      time.setMonth(Math.floor(time.getMonth() / count) * count, 1);
    },
    advance: (time) => time.setMonth(time.getMonth() + count),
  };
}

function years(count: number): Step {
  return {
    ms: count * 365.25 * DAY,
    floor: (time) => {
      time.setHours(0, 0, 0, 0);
      time.setFullYear(Math.floor(time.getFullYear() / count) * count, 0, 1);
    },
    advance: (time) => time.setFullYear(time.getFullYear() + count),
  };
}

const STEPS: readonly Step[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map(ofDay),
  ...[1, 2, 5, 10, 15, 30].map((n) => ofDay(n * SECOND)),
  ...[1, 2, 5, 10, 15, 30].map((n) => ofDay(n * MINUTE)),
  ...[1, 2, 3, 6, 12].map((n) => ofDay(n * HOUR)),
  ...[1, 2, 7, 14].map(days),
  ...[1, 2, 3, 6].map(months),
  ...Array.from({ length: 6 }, (_, power) => [1, 2, 5].map((n) => years(n * 10 ** power))).flat(),
];

export function clockTicks({ min, max }: Bounds, most: number): Tick[] {
  let finer: () => Tick[] = () => [];
  for (const step of STEPS) {
    if ((max - min) / step.ms > most * 6) continue;
    const moments = times(min, max, step);
    if (moments.length <= most) {
      const ticks = labelled(moments, step.ms);
      return ticks.length >= FEWEST ? ticks : finer();
    }
    finer = () => labelled(moments, step.ms);
  }
  return finer();
}

function times(min: number, max: number, step: Step): Date[] {
  const found: Date[] = [];
  const time = new Date(min);
  step.floor(time);
  while (time.getTime() <= max) {
    if (time.getTime() >= min) found.push(new Date(time));
    const before = time.getTime();
    step.advance(time);
    // Where the clock is set back, or beyond the last time there is, no step leads on.
    if (!(time.getTime() > before)) break;
  }
  return found;
}

const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
/** Made once: making one takes as long as formatting a hundred times. */
const DATE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const DATE_AND_YEAR = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const MONTH = new Intl.DateTimeFormat(undefined, { month: 'short', year: 'numeric' });
const TIME = new Intl.DateTimeFormat(undefined, CLOCK);
const TIME_AND_SECOND = new Intl.DateTimeFormat(undefined, { ...CLOCK, second: '2-digit' });

/** As much of date and time as it takes to know which each one is. An hour that comes twice is labelled once. */
function labelled(moments: readonly Date[], step: number): Tick[] {
  const first = moments[0];
  const last = moments.at(-1);
  if (!first || !last) return [];
  const oneYear = first.getFullYear() === last.getFullYear();
  const oneDay = first.toDateString() === last.toDateString();
  const labels = new Set<string>();
  const ticks: Tick[] = [];
  for (const time of moments) {
    const label = labelOf(time, step, oneDay, oneYear);
    if (labels.size < labels.add(label).size) ticks.push({ value: time.getTime(), label });
  }
  return ticks;
}

function labelOf(time: Date, step: number, oneDay: boolean, oneYear: boolean): string {
  if (step >= 365 * DAY) return String(time.getFullYear());
  if (step >= 28 * DAY) return MONTH.format(time);
  const date = (oneYear ? DATE : DATE_AND_YEAR).format(time);
  if (step >= DAY) return date;
  const clock = timeOfDay(time, step);
  return oneDay ? clock : `${date}, ${clock}`;
}

function timeOfDay(time: Date, step: number): string {
  if (step >= MINUTE) return TIME.format(time);
  const seconds = TIME_AND_SECOND.format(time);
  return step >= SECOND ? seconds : `${seconds}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
