// Puts the npm package together in target/npm/package, of what is in target/pkg-npm and what the dashboard's build left, and packs it.
import { execFileSync } from 'node:child_process';
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const built = join(root, 'target/pkg-npm');
const out = join(root, 'target/npm/package');
const element = join(root, 'target/npm/element');

/** Where wasm-bindgen put the modules of src/wasm/js: the folder's name has a hash in it. */
async function snippets() {
  for (const folder of await readdir(join(built, 'snippets'))) {
    const modules = join(built, 'snippets', folder, 'src/wasm/js');
    if ((await readdir(modules).catch(() => [])).includes('entry_points.js')) return modules;
  }
  throw new Error('target/pkg-npm is not what this package is made of: cargo xtask pack builds it');
}

/** wasm-bindgen's glue looks for the wasm beside itself when nobody says where it is. Bundlers would go after that file. */
const OWN_ADDRESS = "new URL('entrenar_bg.wasm', import.meta.url)";

function wrapping(modules, wasm) {
  return {
    name: 'wrapping',
    resolveId(name) {
      if (name === 'glue') return join(built, 'entrenar.js');
      if (name.startsWith('glue/')) return join(modules, name.slice('glue/'.length));
      if (name === 'wasm-inside') return '\0wasm-inside';
      if (name === 'entrenar-dashboard') return { id: './element/entrenar-dashboard.js', external: true };
      if (name === 'entrenar-dashboard/module') return { id: './dashboard.js', external: true };
      return undefined;
    },
    load(id) {
      if (id !== '\0wasm-inside') return undefined;
      return `export const base64 = ${JSON.stringify(deflateSync(wasm, { level: 9 }).toString('base64'))};`;
    },
    transform(code, id) {
      if (id !== join(built, 'entrenar.js')) return undefined;
      const parts = code.split(OWN_ADDRESS);
      if (parts.length !== 2) throw new Error('the glue looks for the wasm in a way that is not known here');
      return `import { TextDecoder, TextEncoder } from ${JSON.stringify(join(here, 'src/host.js'))};\n${parts.join('undefined')}`;
    },
  };
}

async function bundle(input, output, platform = 'neutral') {
  const plugins = [wrapping(await snippets(), await readFile(join(built, 'entrenar_bg.wasm')))];
  const bundle = await rolldown({ input, plugins, platform, treeshake: { moduleSideEffects: true } });
  await bundle.write({ dir: out, entryFileNames: '[name]', chunkFileNames: 'core.js', minify: false, ...output });
  await bundle.close();
}

const source = (name) => join(here, 'src', name);

/** The declarations: those of the classes as they were written, and of what is around them here. */
async function declarations() {
  const written = ['entrenar.d.ts', 'curve.d.ts', 'errors.d.ts', 'interop.d.ts', 'mlflow.d.ts'].map((name) => readFile(join(root, 'src/wasm/js', name), 'utf8'));
  const classes = (await Promise.all(written)).join('\n');
  const around = await readFile(source('around.d.ts'), 'utf8');
  const text = `/// <reference lib="esnext.disposable" />\n${classes}\n${around}`;
  await mkdir(join(out, 'dashboard'));
  await declare('entrenar', text);
  await declare('url', text);
  for (const name of ['adapters', 'dashboard', 'dashboard/react', 'dashboard/vue']) await declare(name, await readFile(source(`${name}.d.ts`), 'utf8'));
}

/** The same for a module and for CommonJS, each of which wants a file of its own. */
async function declare(name, text) {
  await writeFile(join(out, `${name}.d.ts`), text);
  await writeFile(join(out, `${name}.d.cts`), text.replace(/(dashboard|entrenar)\.js'/g, "$1.cjs'"));
}

async function metadata() {
  const { version, description, license, keywords } = JSON.parse(await readFile(join(built, 'package.json'), 'utf8'));
  const published = JSON.parse(await readFile(source('package.json'), 'utf8'));
  await writeFile(join(out, 'package.json'), `${JSON.stringify({ name: 'entrenar', version, description, license, keywords, ...published }, null, 2)}\n`);
  return version;
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await bundle({ 'entrenar.js': source('entrenar.js'), 'url.js': source('url.js'), 'dashboard.js': source('dashboard.js'), 'adapters.js': source('adapters.js') }, { format: 'es' });
for (const [name, from] of [['entrenar.cjs', 'entrenar.js'], ['url.cjs', 'url.js'], ['dashboard.cjs', 'dashboard.cjs.js'], ['adapters.cjs', 'adapters.js']]) {
  // Where a file of CommonJS lies, Node.js alone can say.
  await bundle({ [name]: source(from) }, { format: 'cjs', exports: 'named' }, name === 'url.cjs' ? 'node' : 'neutral');
}
await copyFile(join(built, 'entrenar_bg.wasm'), join(out, 'entrenar_bg.wasm'));
await cp(element, join(out, 'element'), { recursive: true });
for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md']) await copyFile(join(root, name), join(out, name));
await declarations();
const version = await metadata();
execFileSync('npm', ['pack', '--silent', '--pack-destination', join(root, 'target/npm')], { cwd: out, stdio: 'inherit', shell: process.platform === 'win32' });
console.log(`target/npm/entrenar-${version}.tgz`);
