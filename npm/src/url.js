// `entrenar/url`: the wasm is a file of its own, which the browser compiles while it arrives and caches for pages and workers together.
import { coded_error } from 'glue/errors.js';
import { builtin } from './host.js';
import { loadFrom } from './loading.js';

export { WasmCurve, WasmRun, WasmStorage } from 'glue';
export { initSync } from './loading.js';

const address = new URL('./entrenar_bg.wasm', import.meta.url);

/** Loads the package before it is needed. Not calling it is fine, and so is calling it twice. */
export default loadFrom(fetched);

async function fetched() {
  // Node.js does not fetch files.
  if (address.protocol === 'file:') {
    const files = builtin('node:fs/promises');
    if (files) return files.readFile(address);
  }
  const response = await fetch(address).catch((cause) => {
    throw notFound(`it could not be fetched (${cause.message})`);
  });
  if (!response.ok) throw notFound(`the server answered ${response.status}`);
  if (response.headers.get('content-type')?.startsWith('application/wasm')) return response;
  // A server that does not know the type may still have sent the file; one that sends a page in its place has not.
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d) return bytes;
  throw notFound(`the server sent something else (${response.headers.get('content-type')})`);
}

function notFound(why) {
  return coded_error(
    'Error',
    'WasmNotFound',
    `the wasm of entrenar was expected at ${address}, and ${why}: have entrenar_bg.wasm served beside the module, or import 'entrenar', which has it inside`,
  );
}
