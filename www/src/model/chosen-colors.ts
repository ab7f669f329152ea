// Colours that a person chose for runs: one of the palette, which has a shade for light and one for dark ground, or any other.

import { DARK, LIGHT, type RunStroke, type StrokeSlots, strokeOf } from './run-colors';

/** The number of a palette colour, or `#rrggbb`. */
export type ChosenColor = number | string;

export type ChosenColors = ReadonlyMap<string, ChosenColor>;

/** More than this are not remembered: the oldest go. */
const MOST = 2000;

/** What was remembered, as far as it makes sense. */
export function readChosenColors(text: string | null): ChosenColors {
  try {
    const stored: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(stored)) return new Map();
    return new Map(stored.filter(isEntry).slice(-MOST));
  } catch {
    return new Map();
  }
}

export function writeChosenColors(colors: ChosenColors): string {
  return JSON.stringify([...colors].slice(-MOST));
}

export function isColor(value: unknown): value is ChosenColor {
  return typeof value === 'string' ? /^#[0-9a-f]{6}$/i.test(value) : Number.isInteger(value) && LIGHT[value as number] !== undefined;
}

function isEntry(entry: unknown): entry is [string, ChosenColor] {
  return Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string' && isColor(entry[1]);
}

/** How a run is drawn: in the colour that was chosen for it, else in the one it was given. Its dash stays: the colour may not be its alone. */
export function runStroke({ strokes, colors }: { strokes: StrokeSlots; colors: ChosenColors }, run_id: string, dark: boolean): RunStroke {
  const given = strokeOf(strokes.get(run_id) ?? 0, dark);
  const chosen = colors.get(run_id);
  if (chosen === undefined) return given;
  return { ...given, color: typeof chosen === 'number' ? (dark ? DARK : LIGHT)[chosen]! : chosen };
}
