// `entrenar`: all in one module. The wasm is inside it, deflated, so that no bundler, server or policy has to know of another file.
import { base64 } from 'wasm-inside';
import { coded_error } from 'glue/errors.js';
import { builtin } from './host.js';
import { loadFrom } from './loading.js';

export { WasmCurve, WasmRun, WasmStorage } from 'glue';
export { initSync } from './loading.js';

/** Loads the package before it is needed. Not calling it is fine, and so is calling it twice. */
export default loadFrom(() => inflated(bytesOf(base64)));

function bytesOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

async function inflated(deflated) {
  if (typeof DecompressionStream === 'function') {
    const stream = new DecompressionStream('deflate');
    const writer = stream.writable.getWriter();
    // It is `read` that fails if this does.
    writer.write(deflated).catch(() => {});
    writer.close().catch(() => {});
    return joined(stream.readable.getReader());
  }
  const zlib = builtin('node:zlib');
  if (zlib) return zlib.inflateSync(deflated);
  throw coded_error(
    'Error',
    'DecompressionUnsupported',
    "this browser has no DecompressionStream: import 'entrenar/url' instead of 'entrenar', which loads the wasm from a file of its own",
  );
}

async function joined(reader) {
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
