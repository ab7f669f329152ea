import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const entrenarPackage = process.env.ENTRENAR_PKG ?? here('../target/pkg-npm');

// Unit tests are plain functions over data: they run in Node.js, without a page. Curves are those of the wasm package, which
// `vitest.setup.ts` loads.
export default defineConfig({
  resolve: { alias: { entrenar: `${entrenarPackage}/entrenar.js`, 'entrenar-report': here('src/report/no-page.ts') } },
  test: { include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 60_000, setupFiles: [here('vitest.setup.ts')] },
});
