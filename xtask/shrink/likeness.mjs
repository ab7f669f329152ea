// The order in which functions lie in a module: like next to like, for gzip looks back 32 KB and no further.

const WINDOW_BYTES = 32_000;
/** How many bytes in a row count as a likeness: about two instructions. */
const RUN_BYTES = 6;
const CUSTOM = 0;
const IMPORTS = 2;
const CODE = 10;
const FUNCTION_NAMES = 1;

/** Reads a module's numbers and parts one after the other. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  part(length = this.number()) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** The contents of a module's section; nothing if it has none. */
function section(module, wanted) {
  const reader = new Reader(module, 8);
  while (reader.at < module.length) {
    const id = reader.byte();
    const contents = reader.part();
    if (id === wanted) return contents;
  }
  return Uint8Array.of(0);
}

/** How many functions a module imports: they are numbered before its own. */
function importedFunctions(module) {
  const reader = new Reader(section(module, IMPORTS));
  let functions = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    reader.part();
    reader.part();
    if (reader.byte() !== 0) throw new Error('only functions are expected among the imports');
    reader.number();
    functions += 1;
  }
  return functions;
}

/** The bodies of a module's own functions. */
function bodies(module) {
  const reader = new Reader(section(module, CODE));
  return Array.from({ length: reader.number() }, () => reader.part());
}

/** All runs of bytes in a body, each once, as numbers. */
function runs(body) {
  const found = new Set();
  for (let end = RUN_BYTES; end <= body.length; end += 1) {
    let hash = 0;
    for (let at = end - RUN_BYTES; at < end; at += 1) hash = (Math.imul(hash, 257) + body[at]) | 0;
    found.add(hash);
  }
  return [...found];
}

/** The places of the bodies, from the first on always the one that has most in common with those before it within the window. */
function byLikeness(all) {
  const has = all.map(runs);
  const recent = new Map();
  const count = (place, by) => has[place].forEach((run) => recent.set(run, (recent.get(run) ?? 0) + by));
  const left = new Set(all.keys());
  const order = [];
  let oldest = 0;
  let bytes = 0;
  let next = 0;
  while (next !== undefined) {
    order.push(next);
    left.delete(next);
    count(next, 1);
    bytes += all[next].length;
    for (; bytes > WINDOW_BYTES && oldest < order.length - 1; oldest += 1) {
      count(order[oldest], -1);
      bytes -= all[order[oldest]].length;
    }
    next = undefined;
    let most = -1;
    for (const place of left) {
      const known = has[place].reduce((known, run) => known + Number(recent.get(run) > 0), 0);
      // Neither only the longest nor only the shortest.
      const likeness = known / Math.sqrt(has[place].length + 1);
      if (likeness > most) [most, next] = [likeness, place];
    }
  }
  return order;
}

/** A number as wasm writes it. */
function written(number) {
  return number < 128 ? [number] : [(number & 127) | 128, ...written(number >> 7)];
}

/** `module`, which has no names, with names for its own functions that sort as they are to lie. */
export function namedByLikeness(module) {
  const order = byLikeness(bodies(module));
  const rank = new Map(order.map((place, rank) => [place, rank]));
  const first = importedFunctions(module);
  const encoder = new TextEncoder();
  const named = [...order.keys()].flatMap((place) => {
    const name = encoder.encode(String(rank.get(place)).padStart(6, '0'));
    return [...written(first + place), ...written(name.length), ...name];
  });
  const names = [...written(order.length), ...named];
  const title = encoder.encode('name');
  const contents = [title.length, ...title, FUNCTION_NAMES, ...written(names.length), ...names];
  return Uint8Array.from([...module, CUSTOM, ...written(contents.length), ...contents]);
}
