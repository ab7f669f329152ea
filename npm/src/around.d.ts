/** What the wasm can be loaded from: bytes, a compiled module, a response, or an address. */
export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

/**
 * Loads the package before it is needed. Not calling it is fine: `WasmRun.new`, `WasmRun.resume` and `WasmStorage.open` load what they
 * need. Calling it twice is fine too. What is loaded can be named, as wasm-bindgen's own `init` takes it.
 */
export default function init(module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<void>;

/** Starts the package from bytes or a compiled module that are there already, at once. */
export function initSync(module: { module: BufferSource | WebAssembly.Module }): unknown;
