// Makes the README's pictures of the dashboard. Run by hand after `cargo xtask pack` and `npm run build` in www/:
//   node pictures.mjs
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { browserFlags, browserPath } from './fixtures/browser.js';
import { repository, Site } from './fixtures/site.js';
import { openIn } from './fixtures/test.js';
import { NAMES } from './fixtures/tracked-runs.js';

const folder = join(repository, 'www/pictures');
await mkdir(folder, { recursive: true });
const site = await Site.start();
const browser = await chromium.launch({ executablePath: browserPath, args: browserFlags });
const address = `${site.origin}/page/index.html`;

/** Ten runs of a sweep that look like what people log. */
async function logSweep(context) {
  const page = await openIn(context, site.blank);
  await page.evaluate(async (names) => {
    let seed = 42;
    // As if logged in the last hours.
    let ahead = -3 * 3_600_000;
    const { now } = Date;
    globalThis.Date = class extends Date {
      constructor(...given) {
        super(...(given.length > 0 ? given : [now() + ahead]));
      }

      static now() {
        return now() + ahead;
      }
    };
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (const [index, run_name] of names.entries()) {
      const lr = [0.001, 0.003, 0.01, 0.03, 0.1][index % 5];
      const run = await entrenar.WasmRun.new('mnist sweep', {
        run_name,
        config: { lr, optimizer: index % 2 ? 'adam' : 'sgd', batch_size: 32, layers: [64, 32], dropout: index / 20 },
        tags: { team: index % 3 ? 'vision' : 'speech' },
      });
      const count = 3000;
      const column = (valueAt) => Float64Array.from({ length: count }, (_, step) => valueAt(step));
      const speed = 2.5 + index * 0.9;
      const last = index * 0.035;
      const from = (start, end) => column((step) => end + (start - end) * Math.exp((-step / count) * speed) + 0.02 * random());
      run.log_series('train/loss', from(2.3, 0.1 + last));
      run.log_series('train/accuracy', from(0.1, 0.98 - last / 2));
      for (let step = 0; step < count; step += 30) {
        const progress = Math.exp((-step / count) * speed);
        const loss = 0.2 + last + 2.1 * progress + 0.02 * random();
        const accuracy = 0.97 - last / 2 - 0.85 * progress - 0.01 * random();
        run.log_metrics({ 'test/loss': loss, 'test/accuracy': accuracy }, step);
      }
      run.log_series('learning_rate', column((step) => lr * 0.5 * (1 + Math.cos((0.9 * Math.PI * step) / count))));
      run.log_series('gradient/norm', column((step) => 1.5 * Math.exp(-step / 900) + 0.4 + 0.5 * random() ** 3));
      ahead += (9 + (index % 4)) * 60_000;
      if (index === 4) await run.fail();
      else if (index === 6) await run.cancel();
      else await run.finish();
    }
  }, NAMES);
  await page.close();
}

/** Two frames after everything that is in sight has been drawn. */
async function settled(page, selector) {
  await page.locator(selector).first().waitFor();
  await page.waitForFunction(() => document.fonts.status === 'loaded');
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 400))));
}

async function picture(name, options, take) {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
  await take(context, async (page) => {
    await page.screenshot({ path: join(folder, `${name}.png`) });
    console.log(`${name}.png`);
  });
  await context.close();
}

const wide = { width: 1280, height: 800 };

await picture('first-page', { viewport: { width: 1280, height: 980 }, colorScheme: 'light' }, async (context, shoot) => {
  const page = await context.newPage();
  await page.goto(address);
  await page.getByTestId('start').click();
  await page.locator('[data-testid="status"][data-phase="finished"]').waitFor({ timeout: 120_000 });
  await page.evaluate(() => scrollTo(0, 0));
  await settled(page, '[data-testid="run-row"]');
  await shoot(page);
});

const tenRuns = Array.from({ length: 10 }, (_, run) => `run-${run}`);
const phone = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true };
for (const [name, options, query, selector] of [
  ['ten-runs', { viewport: { width: 1280, height: 640 }, colorScheme: 'dark' }, `smooth=0.6&runs=${tenRuns}`, '[data-testid="chart"]'],
  ['compare', { viewport: wide, colorScheme: 'light' }, 'panel=compare&runs=run-0,run-1,run-4,run-9', '[data-testid="compare"]'],
  ['phone', { ...phone, colorScheme: 'dark' }, 'smooth=0.6&metric=train/&runs=run-1,run-2,run-3', '[data-testid="chart"]'],
]) {
  await picture(name, options, async (context, shoot) => {
    await logSweep(context);
    const page = await context.newPage();
    await page.goto(`${address}?${query}`);
    const top = name === 'phone' ? 'entrenar-chart-toolbar' : 'entrenar-dashboard';
    await page.locator(top).evaluate((element) => scrollTo(0, element.getBoundingClientRect().top + scrollY - 16));
    await settled(page, selector);
    await shoot(page);
  });
}

await browser.close();
await site.stop();
