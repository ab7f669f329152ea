// How the outside tests run: Chromium, no second attempts. What is stored is tested on disk, over both of Chromium's
// IndexedDB backends; everything else in Playwright's own browser.
import { defineConfig } from '@playwright/test';
import { browserFlags, browserPath } from './fixtures/browser.js';

export default defineConfig({
  testDir: '.',
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
  projects: [
    { name: 'page', testIgnore: ['consumers/**', 'durable/**', 'firefox/**', 'webkit/**'] },
    { name: 'leveldb', testDir: 'durable', use: { backend: 'leveldb' } },
    // What does not depend on the backend is not tested twice.
    { name: 'sqlite', testDir: 'durable', testIgnore: ['damage.spec.js', 'many-tabs.spec.js', 'messages.spec.js', 'torn-log.spec.js'], use: { backend: 'sqlite' } },
  ],
});
