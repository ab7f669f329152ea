// Medians, spreads and ratios of repeated measurements. Used in the page and outside.

/** The middle of `values`, the least and the greatest. */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  return { median, least: sorted[0], greatest: sorted[sorted.length - 1] };
}

/** Each repetition's quotient: what slowed one repetition down slowed both of its sides. */
export function quotients(dividends, divisors) {
  return dividends.slice(0, divisors.length).map((dividend, index) => dividend / divisors[index]);
}

/** The growth exponent: the slope of a straight line through the logarithms, by least squares. */
export function exponent(sizes, costs) {
  const xs = sizes.map(Math.log);
  const ys = costs.map((cost) => Math.log(Math.max(cost, Number.MIN_VALUE)));
  const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const [x0, y0] = [mean(xs), mean(ys)];
  const covariance = mean(xs.map((x, index) => (x - x0) * (ys[index] - y0)));
  return covariance / mean(xs.map((x) => (x - x0) ** 2));
}
