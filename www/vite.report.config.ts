// The page that reports are made of, as one text in a module: target/report/page.mjs. The dashboard's build and the npm package take it from there.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const entrenarPackage = process.env.ENTRENAR_PKG ?? here('../target/pkg-npm');
const text = (path: string) => readFileSync(path, 'utf8');

/** wasm-bindgen's glue looks for the wasm beside itself when nobody says where it is. A report says so. */
const OWN_ADDRESS = "new URL('entrenar_bg.wasm', import.meta.url)";

/** Nothing comes in and nothing goes out: the page's own script and style are all there is. */
function policy(script: string, style: string): string {
  const hash = (source: string) => `'sha256-${createHash('sha256').update(source).digest('base64')}'`;
  return [
    "default-src 'none'",
    `script-src ${hash(script)} 'wasm-unsafe-eval'`,
    `style-src ${hash(style)}`,
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** In a script's text these would end it, or begin a comment. They stand in literals only, where the escape means the same. */
const safeInScript = (script: string) => script.replace(/<(?=\/script|script|!--)/gi, '\\x3c');

function assembled(script: string): string {
  const style = ['src/ground.css', 'src/report/report.css'].map((file) => text(here(file))).join('\n');
  const parts: Record<string, string> = {
    policy: policy(script, style),
    icon: encodeURIComponent(text(here('public/favicon.svg')).trim()),
    style,
    wasm: deflateSync(readFileSync(`${entrenarPackage}/entrenar_bg.wasm`), { level: 9 }).toString('base64'),
    script,
  };
  return text(here('src/report/report.html.template')).replace(/\{(\w+)\}/g, (_, name: string) => parts[name]!);
}

const onePage: Plugin = {
  name: 'one-page',
  transform(code, id) {
    if (id !== `${entrenarPackage}/entrenar.js`) return undefined;
    if (!code.includes(OWN_ADDRESS)) throw new Error('the glue looks for the wasm in a way that is not known here');
    return code.replace(OWN_ADDRESS, 'undefined');
  },
  generateBundle(_, bundle) {
    const [chunk, ...others] = Object.values(bundle);
    if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('a report has one script, and nothing beside it');
    const page = assembled(safeInScript(`\n${chunk.code}`));
    const out = here('../target/report');
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    writeFileSync(`${out}/page.mjs`, `export const page = ${JSON.stringify(page)};\n`);
  },
};

export default defineConfig({
  publicDir: false,
  resolve: { alias: { entrenar: `${entrenarPackage}/entrenar.js`, 'entrenar-report': here('src/report/no-page.ts') } },
  plugins: [onePage],
  build: {
    target: 'es2022',
    write: false,
    lib: { entry: here('src/report/report.ts'), formats: ['iife'], name: 'report' },
    rollupOptions: { output: { codeSplitting: false } },
  },
});
