import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The wasm package with file formats, as `cargo xtask` builds it; ENTRENAR_PKG names another build of it.
const entrenarPackage = process.env.ENTRENAR_PKG ?? here('../target/pkg-npm');

/** The page asks for the wasm module at once, not when its scripts have been loaded and run. */
const preloadWasm: Plugin = {
  name: 'preload-wasm',
  transformIndexHtml(_html, { bundle = {} }) {
    const modules = Object.keys(bundle).filter((name) => name.endsWith('.wasm'));
    return modules.map((name) => ({
      tag: 'link',
      attrs: { rel: 'preload', href: `./${name}`, as: 'fetch', type: 'application/wasm', crossorigin: true },
      injectTo: 'head',
    }));
  },
};

export default defineConfig({
  // Relative addresses: the built page works in any folder of any server.
  base: './',
  plugins: [preloadWasm],
  resolve: { alias: { entrenar: `${entrenarPackage}/entrenar.js`, 'entrenar-report': here('../target/report/page.mjs') } },
  server: { fs: { allow: [here('.'), here('../target/report'), entrenarPackage] } },
  preview: { port: Number(process.env.PORT ?? 4173), strictPort: false },
  build: {
    target: 'es2022',
    rollupOptions: {
      input: { page: here('index.html'), 'entrenar-dashboard': here('src/entrenar-dashboard.ts') },
      output: {
        // The component keeps a stable name, so that a page elsewhere can load it with one script tag.
        entryFileNames: (chunk) => (chunk.name === 'entrenar-dashboard' ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
