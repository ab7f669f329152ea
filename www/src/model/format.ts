// Numbers, durations, times and sizes as people read them.

/** So many significant digits are read at a glance. */
const DIGITS = 4;
/** With so many, no two doubles are written alike. */
const ALL_DIGITS = 17;

/** A measured value, rounded to some digits; whole numbers are never rounded. */
export function formatValue(value: number, digits = DIGITS): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '∞';
  if (value === -Infinity) return '−∞';
  return plainNumber(value, digits).replaceAll('-', '−').replace('e+', 'e');
}

function plainNumber(value: number, digits: number): string {
  if (Number.isSafeInteger(value)) return value.toLocaleString('en');
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e7) return shortest(value.toExponential(digits === DIGITS ? 2 : digits - 1));
  return String(Number(value.toPrecision(size >= 1000 ? Math.max(digits, 6) : digits)));
}

/** Without zeros at the end of the fraction, beyond the two that are always there. */
function shortest(exponential: string): string {
  return exponential.replace(/(\.\d\d\d*?)0+e/, '$1e');
}

/** Values that stand side by side: those that would look alike and are not have as many digits as tell them apart. */
export function formatValues(values: readonly (number | undefined)[]): string[] {
  const texts = values.map((value) => (value === undefined ? '–' : formatValue(value)));
  for (let digits = DIGITS + 1; digits <= ALL_DIGITS; digits++) {
    const meant = new Map<string, number>();
    const ambiguous = new Set<string>();
    for (const [i, value] of values.entries()) {
      if (value === undefined) continue;
      const other = meant.get(texts[i]!);
      if (other === undefined) meant.set(texts[i]!, value);
      else if (other !== value) ambiguous.add(texts[i]!);
    }
    if (ambiguous.size === 0) break;
    for (const [i, value] of values.entries()) if (value !== undefined && ambiguous.has(texts[i]!)) texts[i] = formatValue(value, digits);
  }
  return texts;
}

/** The value itself: what is read back from it is the same double. */
export function exactValue(value: number): string {
  return String(value);
}

/** A step in full: steps are whole. */
export function formatStep(step: number): string {
  return Math.round(step).toLocaleString('en', { maximumFractionDigits: 0 }).replace('-', '−');
}

export function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** What is said of a time that no calendar has: a clock that ran wild was stored. */
const NO_DATE = 'no date';

function isDate(ms: number): boolean {
  return !Number.isNaN(new Date(ms).valueOf());
}

export function formatAgo(then_ms: number, now_ms: number): string {
  if (!isDate(then_ms)) return NO_DATE;
  const seconds = Math.round((now_ms - then_ms) / 1000);
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(then_ms).toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** Made when it is first needed: making one takes longer than a hundred uses of it. */
let dateTime: Intl.DateTimeFormat | undefined;

export function formatDateTime(ms: number): string {
  if (!isDate(ms)) return NO_DATE;
  dateTime ??= new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  return dateTime.format(ms);
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}
