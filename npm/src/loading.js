// Loads the wasm: once, by the way that the module in use has for it, when a run or a storage is first opened or `init()` is called.
import { initSync as instantiateSync, default as instantiate } from 'glue';
import { load_with } from 'glue/entry_points.js';
import { coded_error } from 'glue/errors.js';
import { report_page_with } from 'glue/report_page.js';

// The page that reports are made of is a module of its own, which lies beside this one.
report_page_with(() => import('entrenar-report'));

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

/** What the sources of the wasm say themselves. Others' errors have codes too: those of Node.js, and the numbers of a DOMException. */
const EXPLAINED = ['WasmNotFound', 'DecompressionUnsupported'];

/** The same failure in the package's own form: an `Error` whose `code` is stable and whose message says what to do. */
function explained(cause) {
  if (EXPLAINED.includes(cause?.code)) return cause;
  const said = String(cause?.message ?? cause);
  const error = /unsafe-eval|Content Security Policy|embedder/i.test(said)
    ? coded_error('Error', 'WasmBlocked', `the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src (${said})`)
    : coded_error('Error', 'WasmFailed', `the wasm of entrenar could not be started: ${said}`);
  error.cause = cause;
  return error;
}
