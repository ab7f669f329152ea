// The web component for the npm package: it takes the wasm package from there, and so shares its instance with the application.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: './',
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: here('../target/npm/element'),
    emptyOutDir: true,
    lib: { entry: here('src/entrenar-dashboard.ts'), formats: ['es'], fileName: 'entrenar-dashboard' },
    rollupOptions: {
      external: ['entrenar', 'entrenar-report'],
      output: { paths: { entrenar: '../entrenar.js', 'entrenar-report': '../report.js' }, chunkFileNames: '[name]-[hash].js' },
    },
  },
});
