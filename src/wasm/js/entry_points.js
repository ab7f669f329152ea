// Where JavaScript gets into wasm before it has an object of the package. Until `init()` has loaded wasm there is nothing to get into.
import { coded_error } from './errors.js';

let entryPoints;
let load;

/** For wasm: it runs, and these functions begin, resume and open. */
export function set_entry_points(these) {
    entryPoints = these;
}

/** For a package that can load itself: this is called when it is needed and not loaded yet. */
export function load_with(loader) {
    load = loader;
}

/** A promise of what `call` begins. */
export async function enter(method, call) {
    if (entryPoints === undefined && load !== undefined) await load();
    return entered(method, call);
}

/** What `call` gives. */
export function entered(method, call) {
    if (entryPoints !== undefined) return call(entryPoints);
    throw coded_error('Error', 'NotInitialized', `${method} was called before the package was loaded: await init() first, the default export`);
}
