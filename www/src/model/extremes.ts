// A pyramid of extremes over one column: where the least and the greatest finite value of any index range lie, in
// time logarithmic in the range. Built once, extended as the column grows; nothing is ever sampled away.

const FAN_OUT_BITS = 4;
const FAN_OUT = 1 << FAN_OUT_BITS;

interface Level {
  /** Index into the column of the least (greatest) finite value of a block; `NONE` for a block without one. */
  least: Int32Array;
  greatest: Int32Array;
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
        this.least = this.greatest = NONE;
      }
      level.blocks = blocks;
      below = blocks;
      dirty = first;
    }
  }

  /** Finds the extremes of the values in [from, to). */
  query(from: number, to: number): void {
    this.least = this.greatest = NONE;
    this.#query(from, to, -1);
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
    let least = this.least;
    let greatest = this.greatest;
    let low = least < 0 ? Infinity : values[least]!;
    let high = greatest < 0 ? -Infinity : values[greatest]!;
    for (let i = from; i < to; i++) {
      const value = values[i]!;
      // NaN fails both comparisons; the infinities fail one of these.
      if (value < low && value !== -Infinity) {
        low = value;
        least = i;
      }
      if (value > high && value !== Infinity) {
        high = value;
        greatest = i;
      }
    }
    this.least = least;
    this.greatest = greatest;
  }

  #scanLevel(level: Level, from: number, to: number): void {
    const values = this.#values;
    for (let block = from; block < to; block++) {
      const low = level.least[block]!;
      if (low >= 0 && (this.least < 0 || values[low]! < values[this.least]!)) this.least = low;
      const high = level.greatest[block]!;
      if (high >= 0 && (this.greatest < 0 || values[high]! > values[this.greatest]!)) this.greatest = high;
    }
  }

  #level(depth: number, blocks: number): Level {
    let level = this.#levels[depth];
    if (!level) {
      level = { least: new Int32Array(blocks), greatest: new Int32Array(blocks), blocks: 0 };
      this.#levels[depth] = level;
    } else if (level.least.length < blocks) {
      const capacity = Math.max(blocks, Math.ceil(level.least.length * 1.5));
      const least = new Int32Array(capacity);
      const greatest = new Int32Array(capacity);
      least.set(level.least);
      greatest.set(level.greatest);
      level.least = least;
      level.greatest = greatest;
    }
    return level;
  }
}
