// The axes of a chart: ticks, labels and colours.

import type uPlot from 'uplot';
import { formatDuration, formatValue } from '../model/format';
import type { XAxis } from '../model/series-columns';
import { logSplits } from './log-splits';

export interface ChartColors {
  ink: string;
  line: string;
  font: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DURATION_STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((n) => n * DAY),
];

export function formatX(x: number, axis: XAxis): string {
  if (axis === 'step') return formatValue(x);
  if (axis === 'relative') return formatDuration(x);
  return new Date(x).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' });
}

export function chartAxes(xAxis: XAxis, xLog: boolean, yLog: boolean, colors: ChartColors): uPlot.Axis[] {
  const shared: uPlot.Axis = {
    stroke: colors.ink,
    font: `11px ${colors.font}`,
    grid: { stroke: colors.line, width: 1 },
    ticks: { show: false },
  };
  const x: uPlot.Axis = { ...shared, size: 26, gap: 4, space: 64, grid: { show: false } };
  if (xAxis === 'relative') {
    if (!xLog) x.incrs = DURATION_STEPS;
    x.values = (_, splits) => splits.map((ms) => (ms === null ? '' : tickDuration(ms)));
  } else if (xAxis === 'step') {
    if (!xLog) x.incrs = [1, 2, 5].flatMap((n) => Array.from({ length: 16 }, (_, power) => n * 10 ** power)).sort((a, b) => a - b);
    x.values = tickNumbers;
  } else {
    x.values = (_, splits, __, ___, step) => splits.map((ms) => (ms === null ? '' : tickTime(ms, step)));
  }
  const y: uPlot.Axis = { ...shared, size: 50, gap: 4, space: 34, values: tickNumbers };
  const logarithmic: uPlot.Axis = { splits: (_, __, min, max) => logSplits(min, max), filter: (_, splits) => splits };
  if (xLog) Object.assign(x, logarithmic);
  if (yLog) Object.assign(y, logarithmic);
  return [x, y];
}

const TIME_OF_DAY = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

function tickTime(ms: number, step: number): string {
  const time = new Date(ms);
  if (step >= DAY) return time.toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
  if (step >= MINUTE) return time.toLocaleTimeString(undefined, TIME_OF_DAY);
  if (step >= SECOND) return time.toLocaleTimeString(undefined, { ...TIME_OF_DAY, second: '2-digit' });
  return `${time.getSeconds()}.${String(time.getMilliseconds()).padStart(3, '0')} s`;
}

function tickDuration(ms: number): string {
  if (ms < 0) return '';
  if (ms < SECOND) return ms === 0 ? '0' : `${ms} ms`;
  if (ms < MINUTE) return `${ms / SECOND} s`;
  if (ms < HOUR)
    return ms % MINUTE === 0
      ? `${ms / MINUTE} min`
      : `${Math.floor(ms / MINUTE)}:${String(Math.floor((ms % MINUTE) / SECOND)).padStart(2, '0')}`;
  if (ms < DAY) return ms % HOUR === 0 ? `${ms / HOUR} h` : `${Math.floor(ms / HOUR)} h ${Math.round((ms % HOUR) / MINUTE)}`;
  return `${Number((ms / DAY).toFixed(2))} d`;
}

/** With as many digits as it takes to tell neighbours apart. */
function tickNumbers(_: uPlot, splits: (number | null)[], __: number, ___: number, step: number): string[] {
  const near = splits.some((value) => value !== null && Math.abs(value) >= 1e4 && step < Math.abs(value) / 200);
  return splits.map((value) => (near && value !== null ? formatValue(Number(value.toPrecision(12))) : tickNumber(value)));
}

function tickNumber(value: number | null): string {
  if (value === null) return '';
  const size = Math.abs(value);
  if (size >= 1e6 && size < 1e15) return `${Number((value / 1e6).toPrecision(6))}M`.replace('-', '−');
  if (size >= 1e4 && size < 1e6) return `${Number((value / 1e3).toPrecision(6))}k`.replace('-', '−');
  if (size !== 0 && (size < 1e-3 || size >= 1e15)) return value.toExponential(0).replace('e+', 'e').replaceAll('-', '−');
  return String(Number(value.toPrecision(6))).replace('-', '−');
}
