// Which of two values is better, as far as a metric's name tells.

/** −1: the least is best, as of a loss; 1: the greatest, as of a score; 0: unknown. */
export function direction(key: string): -1 | 0 | 1 {
  if (/loss|err|perplexity|mse|mae/i.test(key)) return -1;
  return /acc|score|auc|f1|reward|precision|recall/i.test(key) ? 1 : 0;
}

/** Where the best of these is; undefined where none is better than another. */
export function bestOf(key: string, values: readonly (number | undefined)[]): number | undefined {
  const sign = direction(key);
  const finite = values.filter((value): value is number => value !== undefined && Number.isFinite(value));
  if (sign === 0 || finite.length < 2) return undefined;
  return values.indexOf(sign * Math.max(...finite.map((value) => sign * value)));
}
