// The handwritten digits that come with the page, in a fixed split. Format and source: public/digits/README.md.

export const PIXELS = 64;
const RECORD = PIXELS + 1;
const INK = 16;
const TEST_SHARE = 0.2;
const SPLIT_SEED = 1998;

export interface DigitSet {
  /** 64 values in 0…1 per digit. */
  pixels: Float32Array;
  labels: Uint8Array;
  count: number;
}

export interface Digits {
  train: DigitSet;
  test: DigitSet;
}

export async function loadDigits(address: string | URL): Promise<Digits> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The digits could not be loaded: ${response.status} ${response.statusText}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const order = shuffled(bytes.length / RECORD, SPLIT_SEED);
  const held = Math.round(order.length * TEST_SHARE);
  return { test: take(bytes, order.subarray(0, held)), train: take(bytes, order.subarray(held)) };
}

/** The numbers below `count` in an order that depends on the seed alone. */
export function shuffled(count: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const random = mulberry32(seed);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function take(bytes: Uint8Array, indices: Uint32Array): DigitSet {
  const pixels = new Float32Array(indices.length * PIXELS);
  const labels = new Uint8Array(indices.length);
  indices.forEach((index, i) => {
    const start = index * RECORD;
    for (let p = 0; p < PIXELS; p++) pixels[i * PIXELS + p] = bytes[start + p]! / INK;
    labels[i] = bytes[start + PIXELS]!;
  });
  return { pixels, labels, count: indices.length };
}
