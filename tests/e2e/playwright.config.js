// How the outside tests run: Chromium only, a fresh browser context for each test, no second attempts.
import { defineConfig } from '@playwright/test';
import { browserFlags, browserPath } from './fixtures/browser.js';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.js',
  outputDir: '.results/playwright',
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    headless: true,
    launchOptions: { executablePath: browserPath, args: browserFlags },
  },
});
