// Loads the wasm: once, by the way that the module in use has for it, when a run or a storage is first opened or `init()` is called.
import { initSync as instantiateSync, default as instantiate } from 'glue';
import { load_with } from 'glue/entry_points.js';
import { coded_error } from 'glue/errors.js';

/** Has the package load itself when it is first needed. `source` gets what `WebAssembly` takes: bytes, or a promise of a response. */
export function loadFrom(source) {
  const load = (given) => loaded(given ?? source);
  load_with(() => load());
  return (given) => load(wanted(given));
}

export { instantiateSync as initSync };

/** What a caller of `init` wants to have loaded: the argument as wasm-bindgen's own `init` takes it. */
function wanted(given) {
  if (given === undefined) return undefined;
  const is_options = Object.getPrototypeOf(given) === Object.prototype && 'module_or_path' in given;
  return () => (is_options ? given.module_or_path : given);
}

async function loaded(source) {
  if (typeof WebAssembly !== 'object') {
    throw coded_error('Error', 'WasmUnsupported', 'this browser has no WebAssembly, which entrenar needs: use one of the last years, or turn off its lockdown mode for this site');
  }
  try {
    await instantiate({ module_or_path: source() });
  } catch (cause) {
    throw explained(cause);
  }
}

/** The same failure in the package's own form: an `Error` whose `code` is stable and whose message says what to do. */
function explained(cause) {
  if (cause?.code !== undefined) return cause;
  const said = String(cause?.message ?? cause);
  const error = /unsafe-eval|Content Security Policy|embedder/i.test(said)
    ? coded_error('Error', 'WasmBlocked', `the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src (${said})`)
    : coded_error('Error', 'WasmFailed', `the wasm of entrenar could not be started: ${said}`);
  error.cause = cause;
  return error;
}
