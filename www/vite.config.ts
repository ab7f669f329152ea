import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The wasm package with file formats, as `cargo xtask` builds it; ENTRENAR_PKG names another build of it.
const entrenarPackage = process.env.ENTRENAR_PKG ?? here('../target/pkg-npm');

export default defineConfig({
  // Relative addresses: the built page works in any folder of any server.
  base: './',
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
