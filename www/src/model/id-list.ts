// Lists of ids as short as an address wants them: `run-3~7` is run-3, run-4, … run-7, and `run-7~3` the same from the end.

/** Fewer in a row are written out. */
const WORTH_IT = 3;
/** An address that asks for more than this in one range is not taken at its word. */
const MOST = 100_000;

const NUMBERED = /^(.*?)(0|[1-9]\d{0,14})$/;

export function writeIds(ids: readonly string[]): string {
  const parts: string[] = [];
  for (let i = 0; i < ids.length; ) {
    const length = rangeLength(ids, i);
    const first = ids[i]!;
    if (length >= WORTH_IT) parts.push(`${first}~${NUMBERED.exec(ids[i + length - 1]!)![2]}`);
    else parts.push(...ids.slice(i, i + length));
    i += length;
  }
  return parts.join(',');
}

/** How many ids from the i-th on count up, or down, by one. */
function rangeLength(ids: readonly string[], i: number): number {
  const [, prefix, digits] = NUMBERED.exec(ids[i]!) ?? [];
  if (digits === undefined) return 1;
  const from = Number(digits);
  const by = ids[i + 1] === `${prefix}${from + 1}` ? 1 : -1;
  let length = 1;
  while (from + by * length >= 0 && ids[i + length] === `${prefix}${from + by * length}`) length++;
  return length;
}

export function readIds(text: string): string[] {
  return text.split(',').filter(Boolean).flatMap(readPart);
}

function readPart(part: string): string[] {
  const [, first = '', last] = /^(.*)~(\d{1,15})$/.exec(part) ?? [];
  const [, prefix, digits] = NUMBERED.exec(first) ?? [];
  if (last === undefined || digits === undefined) return [part];
  const [from, to] = [Number(digits), Number(last)];
  if (Math.abs(to - from) >= MOST) return [part];
  const by = to < from ? -1 : 1;
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => `${prefix}${from + by * i}`);
}
