// Where the parts of a chart's picture lie: the whole title, the chart with the names of its axes, and a legend. In CSS pixels,
// for whatever it is drawn with.

import type { PlacedTick } from './axes';
import type { Frame } from './frame';
import type { Look, PlottedCurve } from './paint';

/** What a chart shows, as it can be drawn again elsewhere. */
export interface Drawing {
  /** What is on the screen. */
  canvas: HTMLCanvasElement;
  /** In the canvas' pixels. */
  frame: Frame;
  ticks: { x: readonly PlacedTick[]; y: readonly PlacedTick[] };
  /** Those that are seen. */
  plotted: readonly PlottedCurve[];
  look: Look;
  grid: string;
  tickInk: string;
}

export interface Names {
  title: string;
  x: string;
  /** From the best to the shortest: what fits is taken. */
  y: readonly string[];
}

export interface PlacedText {
  text: string;
  x: number;
  y: number;
  title: boolean;
  /** In the middle of the text, or where it begins. */
  anchor: 'start' | 'middle';
  /** Reads from below to above. */
  upright: boolean;
}

export interface Picture {
  width: number;
  height: number;
  /** The upper left corner of the chart. */
  left: number;
  top: number;
  texts: PlacedText[];
  legend: { x: number; y: number; width: number; curve: PlottedCurve }[];
}

export const TITLE_PX = 15;
export const TEXT_PX = 12;
const LINE_PX = 18;
const MARGIN_PX = 12;
const SWATCH_PX = 22;
const GAP_PX = 8;

type Measure = (text: string, title: boolean) => number;

export function layOut({ canvas, frame, plotted }: Drawing, names: Names, measure: Measure): Picture {
  const unit = frame.pixelRatio;
  const left = MARGIN_PX + LINE_PX;
  const width = left + canvas.width / unit + MARGIN_PX;
  const texts: PlacedText[] = [];
  const legend: Picture['legend'] = [];
  let y = MARGIN_PX;
  const line = (text: string, x: number, title: boolean) => {
    texts.push({ text, x, y: y + LINE_PX / 2, title, anchor: 'start', upright: false });
    y += LINE_PX;
  };
  for (const text of wrapped(names.title, width - 2 * MARGIN_PX, (part) => measure(part, true))) line(text, MARGIN_PX, true);
  const top = y;
  y += canvas.height / unit;
  const area = { x: left + (frame.left + frame.width / 2) / unit, y: top + (frame.top + frame.height / 2) / unit };
  const plain = { title: false, anchor: 'middle' } as const;
  texts.push({ ...plain, text: names.x, x: area.x, y: y + LINE_PX / 2 - 4, upright: false });
  const room = frame.height / unit;
  const yName = names.y.find((name) => measure(name, false) <= room) ?? names.y.at(-1) ?? '';
  texts.push({ ...plain, text: yName, x: MARGIN_PX + LINE_PX / 2, y: area.y, upright: true });
  y += LINE_PX + GAP_PX;
  const nameLeft = MARGIN_PX + SWATCH_PX + GAP_PX;
  for (const curve of plotted) {
    legend.push({ x: MARGIN_PX, y: y + LINE_PX / 2, width: SWATCH_PX, curve });
    for (const text of wrapped(curve.name, width - nameLeft - MARGIN_PX, (part) => measure(part, false))) line(text, nameLeft, false);
  }
  return { width: Math.ceil(width), height: Math.ceil(y + MARGIN_PX), left, top, texts, legend };
}

/** The text in lines that fit; what has no space to break at is broken anywhere. */
export function wrapped(text: string, width: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const character of text) {
    if (line && measure(line + character) > width) {
      const space = line.lastIndexOf(' ') + 1;
      const end = space > line.length / 2 ? space : line.length;
      lines.push(line.slice(0, end).trimEnd());
      line = line.slice(end);
    }
    line += character;
  }
  return [...lines, line];
}

/** Measures as a canvas draws. */
export function measureWith(ctx: CanvasRenderingContext2D, family: string): Measure {
  return (text, title) => {
    ctx.font = fontOf(title, family);
    return ctx.measureText(text).width;
  };
}

export function fontOf(title: boolean, family: string): string {
  return title ? `600 ${TITLE_PX}px ${family}` : `${TEXT_PX}px ${family}`;
}
