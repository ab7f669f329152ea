// Loads the wasm package from its file, as `init()` would from the site.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { initSync } from 'entrenar';

const entrenarPackage = process.env.ENTRENAR_PKG ?? fileURLToPath(new URL('../pkg', import.meta.url));
initSync({ module: readFileSync(`${entrenarPackage}/entrenar_bg.wasm`) });
