import { defineConfig } from 'vitest/config';

// Unit tests are plain functions over data: they run in Node.js, without the wasm package and without a page.
export default defineConfig({
  test: { include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
