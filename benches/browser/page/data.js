// What everybody logs: one series as three columns.

/** A noisy falling curve: its numbers have all their digits, as measured ones do. */
export function values(count) {
  const result = new Float64Array(count);
  for (let index = 0; index < count; index += 1) result[index] = 2 * Math.exp(-index / count) + 0.1 * Math.random();
  return result;
}

export function columns(count) {
  const now = Date.now();
  const step = Float64Array.from({ length: count }, (_, index) => index);
  const timestamp = step.map((index) => now + Math.floor(index / 1000));
  return { step, value: values(count), timestamp };
}
