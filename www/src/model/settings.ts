// A run's settings as data: nested ones under one flat name each, compared and shown exactly.

export type Plain = string | number | boolean | null | undefined;

export interface Setting {
  /** Names and indices from the outside in: `optimizer.betas.0`. */
  key: string;
  value: unknown;
}

/** Every setting on its own; what is empty (`{}`, `[]`) stays as it is. With `lists`, lists of plain values are one setting. */
export function settingsOf(config: object | undefined, lists = false): Setting[] {
  const settings: Setting[] = [];
  const add = (key: string, value: unknown): void => {
    if (!isNested(value) || (lists && isPlainList(value))) settings.push({ key, value });
    else for (const [name, inner] of Object.entries(value)) add(`${key}.${name}`, inner);
  };
  for (const [key, value] of Object.entries(config ?? {})) add(key, value);
  return settings;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function isPlainList(value: object): boolean {
  return Array.isArray(value) && value.every((each) => !isNested(each));
}

/** Equal as data: 1 and "1" are not, 0 and −0 are, and NaN is itself. */
export function sameSetting(a: unknown, b: unknown): boolean {
  if (typeof a === 'object' || typeof b === 'object') return JSON.stringify(a) === JSON.stringify(b);
  return a === b || Object.is(a, b);
}

/** In full, on one line. A text that could be taken for something else stands in quotes. */
export function formatSetting(value: unknown): string {
  if (typeof value === 'number') return String(value).replace('e+', 'e');
  if (typeof value === 'string') return isAmbiguous(value) ? JSON.stringify(value) : value;
  return JSON.stringify(value) ?? 'undefined';
}

function isAmbiguous(text: string): boolean {
  if (text.trim() === '') return text === '';
  return !Number.isNaN(Number(text)) || ['true', 'false', 'null', 'NaN', 'undefined'].includes(text);
}

/** Whether what a reader typed means this value: numbers by their value, whatever way they are written; texts by a part of them. */
export function meansSetting(typed: string, value: unknown): boolean {
  if (typeof value === 'number') return typed.trim() !== '' && Number(typed) === value;
  if (typeof value === 'boolean' || value === null) return typed === String(value);
  const text = typeof value === 'string' ? value : formatSetting(value);
  return text.toLowerCase().includes(typed);
}
