// One headless Chromium with a profile on disk: in a private window IndexedDB would only be in memory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--js-flags=--expose-gc',
];

/** For one visit to a page. A call that never settles must not hold everything up. */
const LIMIT_MS = 240_000;

export class Browser {
  static async start(origin) {
    const profile = await mkdtemp(join(tmpdir(), 'entrenar-bench-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.CHROME ?? '/usr/bin/chromium',
      headless: true,
      viewport: { width: 1440, height: 1000 },
      args: FLAGS,
    });
    return new Browser(origin, profile, context);
  }

  constructor(origin, profile, context) {
    Object.assign(this, { origin, profile, context });
  }

  get version() {
    return this.context.browser()?.version() ?? 'unknown';
  }

  /** A new page at `path`, closed again after `use`. What goes wrong in it ends the benchmark. */
  async visit(path, use) {
    const page = await this.context.newPage();
    const problem = new Promise((_, reject) => {
      page.on('pageerror', (error) => reject(new Error(`the page reported: ${error.stack ?? error}`)));
      page.on('crash', () => reject(new Error('the page crashed')));
      page.on('close', () => reject(new Error('the page was closed')));
      setTimeout(() => reject(new Error(`nothing came back from ${path} within ${LIMIT_MS / 1000} s`)), LIMIT_MS).unref();
    });
    try {
      await page.goto(this.origin + path);
      return await Promise.race([use(page), problem]);
    } finally {
      problem.catch(() => {});
      await page.close().catch(() => {});
    }
  }

  /** Calls `bench[name](options)` in a new page. */
  call(name, options = {}) {
    return this.visit('/bench.html', (page) => callIn(page, name, options));
  }

  async stop() {
    await this.context.close();
    await rm(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

export async function callIn(page, name, options = {}) {
  await page.waitForFunction(() => 'bench' in globalThis, undefined, { timeout: 20_000 });
  return page.evaluate(([name, options]) => bench[name](options), [name, options]);
}
