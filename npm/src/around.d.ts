/** Why the package could not be loaded. */
export type LoadingErrorCode =
  /** The page's Content-Security-Policy forbids WebAssembly: add `'wasm-unsafe-eval'` to its `script-src`. */
  | 'WasmBlocked'
  /** This browser has no WebAssembly. */
  | 'WasmUnsupported'
  /** `entrenar/url` did not find `entrenar_bg.wasm` beside itself; the message says what it found. */
  | 'WasmNotFound'
  /** The wasm is there and could not be started; `cause` says why. */
  | 'WasmFailed'
  /** This browser has no `DecompressionStream`: import `entrenar/url`. */
  | 'DecompressionUnsupported'
  /** `WasmCurve.of`, which gives its curve at once, before anything of the package was awaited. */
  | 'NotInitialized';

/** What the wasm can be loaded from: bytes, a compiled module, a response, or an address. */
export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

/**
 * Loads the package before it is needed. Not calling it is fine: `WasmRun.new`, `WasmRun.resume` and `WasmStorage.open` load what they
 * need. Calling it twice is fine too. What is loaded can be named, as wasm-bindgen's own `init` takes it.
 * @throws {EntrenarError} {@link LoadingErrorCode}.
 */
export default function init(module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<void>;

/**
 * Starts the package from bytes or a compiled module that are there already, at once.
 * @throws what `WebAssembly` throws.
 */
export function initSync(module: { module: BufferSource | WebAssembly.Module }): unknown;
