// Small real projects that install the packed package, each with a package manager's lock file of its own: minutes, so run by hand.
import { defineConfig } from '@playwright/test';
import { browserFlags, browserPath } from '../fixtures/browser.js';

export default defineConfig({
  testDir: '.',
  outputDir: '../.results/consumers',
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    headless: true,
    launchOptions: { executablePath: browserPath, args: browserFlags },
  },
});
