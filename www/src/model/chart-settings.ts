// What one chart is drawn with in place of what holds for all: axes, the range of y, smoothing. In the address each chart that
// deviates is one short parameter, such as `y1s0.9l0u1*train/loss`: logarithmic y, smoothing 0.9, y from 0 to 1.

import { type Bounds, divisible } from './scale';

export interface ChartSettings {
  xLog?: boolean;
  yLog?: boolean;
  smoothing?: number;
  yMin?: number;
  yMax?: number;
}

/** By metric. A chart that does not deviate is not in it. */
export type OwnSettings = ReadonlyMap<string, ChartSettings>;

/** Nearer to 1, no average would move. */
export const MOST_SMOOTHING = 0.9999;

const NUMBER = String.raw`-?[\d.]+(?:e[+-]?\d+)?`;
const WRITTEN = new RegExp(String.raw`^(?:x([01]))?(?:y([01]))?(?:s(${NUMBER}))?(?:l(${NUMBER}))?(?:u(${NUMBER}))?\*(.+)$`, 's');

export function writeChartSettings(metric: string, { xLog, yLog, smoothing, yMin, yMax }: ChartSettings): string {
  const flag = (name: string, value: boolean | undefined) => (value === undefined ? '' : `${name}${value ? 1 : 0}`);
  // In an address a plus would take three characters.
  const number = (name: string, value: number | undefined) => (value === undefined ? '' : `${name}${String(value).replace('+', '')}`);
  return [flag('x', xLog), flag('y', yLog), number('s', smoothing), number('l', yMin), number('u', yMax), '*', metric].join('');
}

/** What makes no sense is left out. */
export function readChartSettings(text: string): [string, ChartSettings] | undefined {
  const [, x, y, s, l, u, metric] = WRITTEN.exec(text) ?? [];
  if (metric === undefined) return undefined;
  const settings: ChartSettings = {
    ...(x !== undefined && { xLog: x === '1' }),
    ...(y !== undefined && { yLog: y === '1' }),
    ...(isSmoothing(Number(s)) && { smoothing: Number(s) }),
  };
  const [yMin, yMax] = [Number(l ?? NaN), Number(u ?? NaN)];
  if (!(yMin >= yMax)) {
    if (Number.isFinite(yMin)) settings.yMin = yMin;
    if (Number.isFinite(yMax)) settings.yMax = yMax;
  }
  return isOwn(settings) ? [metric, settings] : undefined;
}

function isSmoothing(value: number): boolean {
  return value >= 0 && value <= MOST_SMOOTHING;
}

function isOwn(settings: ChartSettings): boolean {
  return Object.values(settings).some((value) => value !== undefined);
}

/** The settings with a chart's own changed; `undefined` goes by all charts again. */
export function withOwn(
  all: OwnSettings,
  metric: string,
  change: { [Key in keyof ChartSettings]: ChartSettings[Key] | undefined },
): OwnSettings {
  const merged = Object.entries({ ...all.get(metric), ...change }).filter(([, value]) => value !== undefined);
  const settings = new Map(all);
  if (merged.length > 0) settings.set(metric, Object.fromEntries(merged));
  else settings.delete(metric);
  return settings;
}

export function withoutOwn(all: OwnSettings, metric: string): OwnSettings {
  return new Map([...all].filter(([key]) => key !== metric));
}

/** What a person typed as a number: undefined for nothing, words for what is none. */
export function typedNumber(text: string): { value: number | undefined } | { problem: string } {
  const trimmed = text.trim().replace(/^−/, '-');
  if (trimmed === '') return { value: undefined };
  const value = Number(trimmed);
  return Number.isFinite(value) ? { value } : { problem: `“${text.trim()}” is not a number. Write it like 0.25 or 1e-5.` };
}

/** Why these settings cannot be drawn, in words. */
export function settingsProblem({ yMin, yMax, smoothing }: ChartSettings, yLog: boolean): string | undefined {
  if (smoothing !== undefined && !isSmoothing(smoothing)) return `Smoothing goes from 0 to ${MOST_SMOOTHING}.`;
  if (yMin !== undefined && yMax !== undefined && yMin >= yMax) return 'The least y has to be below the greatest.';
  if (yLog && yMin !== undefined && yMin <= 0) return 'A logarithmic y axis begins above zero.';
  if (yLog && yMax !== undefined && yMax <= 0) return 'A logarithmic y axis ends above zero.';
  return undefined;
}

/** What is the chart's own, in a few words. */
export function ownInWords({ xLog, yLog, smoothing, yMin, yMax }: ChartSettings): string {
  const words: string[] = [];
  if (xLog !== undefined) words.push(xLog ? 'log x' : 'linear x');
  if (yLog !== undefined) words.push(yLog ? 'log y' : 'linear y');
  if (yMin !== undefined && yMax !== undefined) words.push(`y from ${yMin} to ${yMax}`);
  else if (yMin !== undefined) words.push(`y from ${yMin}`);
  else if (yMax !== undefined) words.push(`y to ${yMax}`);
  if (smoothing !== undefined) words.push(smoothing > 0 ? `smoothing ${smoothing}` : 'no smoothing');
  return words.join(', ');
}

/** The y axis: what the curves ask for, with the ends that a person set. An end that a logarithmic axis does not have is not taken. */
export function ownRange({ min, max }: Bounds, { yMin, yMax }: ChartSettings, log: boolean): Bounds {
  const possible = (end: number | undefined) => (end !== undefined && (!log || end > 0) ? end : undefined);
  const low = possible(yMin);
  const high = possible(yMax);
  // Where all curves are beyond an end that was set, the axis has some length beyond it all the same.
  const away = (end: number) => (log ? 10 : Math.abs(end) || 1);
  const from = low ?? (high !== undefined && high <= min ? (log ? high / away(high) : high - away(high)) : min);
  const to = high ?? (low !== undefined && low >= max ? (log ? low * away(low) : low + away(low)) : max);
  return divisible({ min: from, max: to }, log);
}

interface ForAll {
  xAxis: string;
  xLog: boolean;
  yLog: boolean;
  smoothing: number;
  charts: OwnSettings;
}

/** What a chart is drawn with: what holds for all, and its own in its place. A logarithm of the time of day means nothing. */
export function settingsOfChart<All extends ForAll>(all: All, metric: string): All & ChartSettings {
  const settings = { ...all, ...all.charts.get(metric) };
  return { ...settings, xLog: settings.xLog && all.xAxis !== 'wall' };
}
