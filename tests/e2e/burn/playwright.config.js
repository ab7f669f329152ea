// A network of Burn's that trains in a tab. It takes minutes to compile, so it is a command of its own: `cargo xtask burn`.
import { defineConfig } from '@playwright/test';
import { browserFlags, browserPath } from '../fixtures/browser.js';

export default defineConfig({
  testDir: '.',
  outputDir: '../.results/burn',
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    browserName: 'chromium',
    headless: true,
    launchOptions: { executablePath: browserPath, args: browserFlags },
  },
});
