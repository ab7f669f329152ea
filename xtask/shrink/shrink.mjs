// Makes a package that wasm-bindgen wrote smaller, in place: `node shrink.mjs DIRECTORY KNOWN`.
//
// The wasm goes through wasm-opt, the glue through terser, and what the two call each other by is shortened in both: wasm-bindgen
// ends each name with sixteen digits that no compression takes away. Functions that are alike come to lie side by side: which, is
// found out by trial, for most of a minute, and kept in the file KNOWN for the next package with the same functions.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify } from 'terser';
import { bodies, namedInOrder } from './module.mjs';
import { byLikeness, byTrial } from './order.mjs';

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

// `(import "module" ` or `(export ` and the name.
const NAMED = /(\((?:import "[^"]*"|export) )"([^"]*)"/g;
// How an access is aligned is a hint, and what is the same everywhere compresses best.
const ALIGNMENT = /(\.(?:load|store)\S*(?: offset=\d+)?) align=\d+/g;

const [directory, known] = process.argv.slice(2);
if (known === undefined) throw new Error('usage: node shrink.mjs DIRECTORY KNOWN');

const wasm = join(directory, 'entrenar_bg.wasm');
const files = readdirSync(directory, { recursive: true }).map((name) => join(directory, name));
const scripts = files.filter((path) => path.endsWith('.js'));
const types = files.filter((path) => path.endsWith('.d.ts'));

const work = mkdtempSync(join(tmpdir(), 'entrenar-shrink-'));
try {
  const text = join(work, 'module.wat');
  wasmOpt(wasm, '-S', '-o', text);
  const module = readFileSync(text, 'utf8');
  const sources = scripts.map((path) => readFileSync(path, 'utf8'));
  const short = shortNames(module, sources.join('\n'));

  const renamed = module.replace(NAMED, (whole, before, name) => `${before}"${short.get(name) ?? name}"`);
  writeFileSync(text, renamed.replace(ALIGNMENT, '$1'));
  wasmOpt(text, ...PASSES, '-o', wasm);
  lay(byLikeness);
  // Calls have other numbers now: it is tried with these.
  lay((all) => remembered(all, byTrial));

  const rename = (source) => source.replace(/[\w$]+/g, (word) => short.get(word) ?? word);
  for (const path of types) writeFileSync(path, rename(readFileSync(path, 'utf8')));
  for (const [index, source] of sources.entries()) {
    const { code } = await minify(rename(source), {
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

/** Puts the functions in the order that `order` makes of their bodies. */
function lay(order) {
  const module = readFileSync(wasm);
  writeFileSync(wasm, namedInOrder(module, order(bodies(module))));
  wasmOpt(wasm, ...ORDERING, '-o', wasm);
}

/** What `order` makes of these bodies, from the last time if it was asked the same then. */
function remembered(all, order) {
  const hash = createHash('sha256').update(readFileSync(new URL('order.mjs', import.meta.url)));
  all.forEach((body) => hash.update(body));
  const of = hash.digest('hex');
  if (existsSync(known)) {
    const last = JSON.parse(readFileSync(known, 'utf8'));
    if (last.of === of) return last.order;
  }
  console.log('trying in which order the functions compress best (most of a minute)');
  const found = order(all);
  // Who is stopped here leaves no half of it.
  writeFileSync(`${known}.new`, JSON.stringify({ of, order: found }));
  renameSync(`${known}.new`, known);
  return found;
}

/** A short name that is nowhere in `glue` for each function that the module imports under a name that wasm-bindgen made up, and for
 * all it exports: who uses the package sees none of them. */
function shortNames(module, glue) {
  const taken = new Set(glue.match(/[\w$]+/g));
  const all = [...module.matchAll(NAMED)];
  const names = all.filter(([, before, name]) => (before.includes('export') ? name !== 'memory' : name.startsWith('__wb')));
  let count = 0;
  const next = () => {
    const name = `$${(count++).toString(36)}`;
    return taken.has(name) ? next() : name;
  };
  return new Map(names.map(([, , name]) => [name, next()]));
}
