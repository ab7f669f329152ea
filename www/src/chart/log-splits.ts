// Ticks of a logarithmic axis, for any range. (uPlot's own assume that the range begins at a power of ten.)

const MANTISSAS = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]];
const MOST = 8;
const FEWEST = 3;

export function logSplits(min: number, max: number): number[] {
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  for (const mantissas of MANTISSAS) {
    const splits: number[] = [];
    for (let power = first; power <= last; power++) {
      for (const mantissa of mantissas) {
        const value = Number(`${mantissa}e${power}`);
        if (value >= min && value <= max) splits.push(value);
      }
    }
    if (splits.length >= FEWEST && splits.length <= MOST) return splits;
    if (splits.length < FEWEST) return evenSplits(min, max);
  }
  const stride = Math.ceil((last - first) / MOST);
  const splits: number[] = [];
  for (let power = first; power <= last; power += stride) {
    const value = Number(`1e${power}`);
    if (value >= min && value <= max) splits.push(value);
  }
  return splits;
}

/** Less than a decade: round numbers at equal distances. */
function evenSplits(min: number, max: number): number[] {
  const rough = (max - min) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((each) => each >= rough) ?? rough;
  const splits: number[] = [];
  for (let n = Math.ceil(min / step); n * step <= max && splits.length < 20; n++) splits.push(Number((n * step).toPrecision(12)));
  return splits;
}
