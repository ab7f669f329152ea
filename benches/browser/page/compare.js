// Runs the sides of a comparison in turn, each repetition in the other order: neither profits from what the other leaves behind.

/**
 * Calls every side `repetitions` times. A side returns a number, or an object of several; the result has an array for each:
 * `{ ours: [..], 'ours flush': [..] }`.
 */
export async function compare(repetitions, sides) {
  const samples = {};
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const names = Object.keys(sides);
    if (repetition % 2) names.reverse();
    for (const name of names) {
      globalThis.gc?.();
      const measured = await sides[name](repetition);
      const parts = typeof measured === 'number' ? { [name]: measured } : measured;
      for (const [part, value] of Object.entries(parts)) (samples[part] ??= []).push(value);
    }
  }
  return samples;
}

/** Milliseconds that `work` takes. */
export async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
