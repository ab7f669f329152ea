// Makes a package that wasm-bindgen wrote smaller, in place: `node shrink.mjs DIRECTORY`.
//
// The wasm goes through wasm-opt, the glue through terser, and what the two call each other by is shortened in both: wasm-bindgen
// ends each name with sixteen digits that no compression takes away. Functions that are alike come to lie side by side.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify } from 'terser';
import { namedByLikeness } from './likeness.mjs';

// What the compiler uses, and nothing that a browser of 2023 does not have.
const FEATURES = [
  'bulk-memory',
  'bulk-memory-opt',
  'call-indirect-overlong',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
].map((feature) => `--enable-${feature}`);

// At address 0 lies the far end of the stack: a number that is added to an address need not be computed, but may be part of the access.
const LOW_MEMORY = '--low-memory-unused';
// Flattened, locals that one place sets and one place reads are found and dropped; the second round works on what the first left.
const PASSES = [LOW_MEMORY, '--flatten', '--rereloop', '--one-caller-inline-max-function-size=50', '-Oz', '-Oz'];
// What is read in again is tidied up, and no more: the likeness is that of the functions as they are.
const ORDERING = [LOW_MEMORY, '--reorder-functions-by-name', '-O1'];

const WASM_OPT = fileURLToPath(new URL('node_modules/binaryen/bin/wasm-opt', import.meta.url));

// `(import "module" ` and the name.
const IMPORT = /(\(import "[^"]*" )"([^"]*)"/g;

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: node shrink.mjs DIRECTORY');

const wasm = join(directory, 'entrenar_bg.wasm');
const scripts = readdirSync(directory, { recursive: true })
  .filter((name) => name.endsWith('.js'))
  .map((name) => join(directory, name));

const work = mkdtempSync(join(tmpdir(), 'entrenar-shrink-'));
try {
  const text = join(work, 'module.wat');
  wasmOpt(wasm, '-S', '-o', text);
  const module = readFileSync(text, 'utf8');
  const sources = scripts.map((path) => readFileSync(path, 'utf8'));
  const short = shortNames(module, sources.join('\n'));

  writeFileSync(text, module.replace(IMPORT, (whole, before, name) => `${before}"${short.get(name) ?? name}"`));
  wasmOpt(text, ...PASSES, '-o', wasm);
  writeFileSync(wasm, namedByLikeness(readFileSync(wasm)));
  wasmOpt(wasm, ...ORDERING, '-o', wasm);

  for (const [index, source] of sources.entries()) {
    const renamed = source.replace(/[\w$]+/g, (word) => short.get(word) ?? word);
    const { code } = await minify(renamed, {
      module: /^(?:import|export)\b/m.test(source),
      ecma: 2020,
      compress: { passes: 2 },
    });
    writeFileSync(scripts[index], code);
  }
} finally {
  rmSync(work, { recursive: true });
}

/** Runs wasm-opt on `input`, which may use {@link FEATURES}. */
function wasmOpt(input, ...args) {
  execFileSync(process.execPath, [WASM_OPT, ...FEATURES, input, ...args], { stdio: ['ignore', 'inherit', 'pipe'] });
}

/** A short name that is nowhere in `glue` for each function that the module imports under a name that wasm-bindgen made up. */
function shortNames(module, glue) {
  const taken = new Set(glue.match(/[\w$]+/g));
  const names = [...module.matchAll(IMPORT)].map(([, , name]) => name).filter((name) => name.startsWith('__wb'));
  let count = 0;
  const next = () => {
    const name = `$${(count++).toString(36)}`;
    return taken.has(name) ? next() : name;
  };
  return new Map([...new Set(names)].map((name) => [name, next()]));
}
