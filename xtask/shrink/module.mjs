// A wasm module's functions: what they are, and in which order they are to lie.

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
export function bodies(module) {
  const reader = new Reader(section(module, CODE));
  return Array.from({ length: reader.number() }, () => reader.part());
}

/** A number as wasm writes it. */
function written(number) {
  return number < 128 ? [number] : [(number & 127) | 128, ...written(number >> 7)];
}

/** `module`, which has no names, with names for its own functions that sort as they are to lie: `order` has their places. */
export function namedInOrder(module, order) {
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
