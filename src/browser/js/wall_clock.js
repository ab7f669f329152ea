// Wall time for timestamps. `Date` is looked up at each call, as test set-ups that fake it expect; what it gives may be no time at all.
const { performance } = globalThis;

export function wall_ms() {
  try {
    const now = Math.floor(Date.now());
    if (Number.isFinite(now)) return now;
  } catch {
    // It throws: the page's own clock knows the time as well.
  }
  return Math.floor((performance?.timeOrigin ?? 0) + (performance?.now?.() ?? 0));
}
