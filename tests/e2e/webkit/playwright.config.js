// The tests in WebKitGTK. Playwright only runs them: the browser is the machine's own, driven through WebKitWebDriver or from within.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  outputDir: '../.results/webkit',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
});
