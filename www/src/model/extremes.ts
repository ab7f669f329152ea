// A pyramid of extremes over one column: where the least and the greatest finite value of any index range lie, in
// time logarithmic in the range. Built once, extended as the column grows; nothing is ever sampled away.

const FAN_OUT_BITS = 4;
const FAN_OUT = 1 << FAN_OUT_BITS;

interface Level {
  /** Index into the column of the least (greatest) finite value of a block; `NONE` for a block without one. */
  least: Int32Array;
  greatest: Int32Array;
  /** The values there, kept beside: looking them up in a column of millions would miss the processor's cache each time. */
  low: Float64Array;
  high: Float64Array;
  blocks: number;
}

const NONE = -1;

export class Extremes {
  #values: Float64Array = new Float64Array(0);
  #length = 0;
  readonly #levels: Level[] = [];

  /** Results of the last `query`: indices of the least and greatest finite value, or -1 when there is none. */
  least = NONE;
  greatest = NONE;
  #low = Infinity;
  #high = -Infinity;

  get length(): number {
    return this.#length;
  }

  /** Extends the pyramid to `length` values of a column that has only grown since the last call. */
  extend(values: Float64Array, length: number): void {
    const from = this.#length;
    this.#values = values;
    this.#length = length;
    let below = length;
    let dirty = from;
    for (let depth = 0; below >= FAN_OUT; depth++) {
      const blocks = below >> FAN_OUT_BITS; // whole blocks only: the remainder is read from the level below
      const first = dirty >> FAN_OUT_BITS;
      const level = this.#level(depth, blocks);
      for (let block = first; block < blocks; block++) {
        if (depth === 0) this.#scanValues(block << FAN_OUT_BITS, (block + 1) << FAN_OUT_BITS);
        else this.#scanLevel(this.#levels[depth - 1]!, block << FAN_OUT_BITS, (block + 1) << FAN_OUT_BITS);
        level.least[block] = this.least;
        level.greatest[block] = this.greatest;
        level.low[block] = this.#low;
        level.high[block] = this.#high;
        this.#reset();
      }
      level.blocks = blocks;
      below = blocks;
      dirty = first;
    }
  }

  /** Finds the extremes of the values in [from, to). */
  query(from: number, to: number): void {
    this.#reset();
    this.#query(from, to, -1);
  }

  #reset(): void {
    this.least = this.greatest = NONE;
    this.#low = Infinity;
    this.#high = -Infinity;
  }

  /** Covers [from, to) of the level `depth` (-1: the column itself), going up a level for the whole blocks inside. */
  #query(from: number, to: number, depth: number): void {
    const above = this.#levels[depth + 1];
    const firstBlock = (from + FAN_OUT - 1) >> FAN_OUT_BITS;
    const lastBlock = above ? Math.min(to >> FAN_OUT_BITS, above.blocks) : 0;
    if (!above || lastBlock <= firstBlock) {
      this.#scan(from, to, depth);
      return;
    }
    this.#scan(from, firstBlock << FAN_OUT_BITS, depth);
    this.#query(firstBlock, lastBlock, depth + 1);
    this.#scan(lastBlock << FAN_OUT_BITS, to, depth);
  }

  #scan(from: number, to: number, depth: number): void {
    if (depth < 0) this.#scanValues(from, to);
    else this.#scanLevel(this.#levels[depth]!, from, to);
  }

  #scanValues(from: number, to: number): void {
    const values = this.#values;
    let low = this.#low;
    let high = this.#high;
    for (let i = from; i < to; i++) {
      const value = values[i]!;
      // NaN fails both comparisons; the infinities fail one of these.
      if (value < low && value !== -Infinity) {
        low = value;
        this.least = i;
      }
      if (value > high && value !== Infinity) {
        high = value;
        this.greatest = i;
      }
    }
    this.#low = low;
    this.#high = high;
  }

  #scanLevel(level: Level, from: number, to: number): void {
    const { low: lows, high: highs } = level;
    let low = this.#low;
    let high = this.#high;
    for (let block = from; block < to; block++) {
      if (lows[block]! < low) {
        low = lows[block]!;
        this.least = level.least[block]!;
      }
      if (highs[block]! > high) {
        high = highs[block]!;
        this.greatest = level.greatest[block]!;
      }
    }
    this.#low = low;
    this.#high = high;
  }

  #level(depth: number, blocks: number): Level {
    let level = this.#levels[depth];
    if (!level || level.least.length < blocks) {
      const capacity = level ? Math.max(blocks, Math.ceil(level.least.length * 1.5)) : blocks;
      const next: Level = {
        least: new Int32Array(capacity),
        greatest: new Int32Array(capacity),
        low: new Float64Array(capacity),
        high: new Float64Array(capacity),
        blocks: level?.blocks ?? 0,
      };
      if (level) {
        next.least.set(level.least);
        next.greatest.set(level.greatest);
        next.low.set(level.low);
        next.high.set(level.high);
      }
      this.#levels[depth] = level = next;
    }
    return level;
  }
}
