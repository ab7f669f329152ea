// Makes the README's pictures of the dashboard. Run by hand after `cargo xtask pack` and `npm run build` in www/:
//   node pictures.mjs [names of pictures]
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { browserFlags, browserPath } from './fixtures/browser.js';
import { MlflowServer } from './fixtures/mlflow-server.js';
import { repository, Site } from './fixtures/site.js';
import { openIn } from './fixtures/test.js';
import { NAMES } from './fixtures/tracked-runs.js';

const wanted = process.argv.slice(2);
const folder = join(repository, 'www/pictures');
await mkdir(folder, { recursive: true });
const site = await Site.start();
const browser = await chromium.launch({ executablePath: browserPath, args: browserFlags });
const address = site.page;

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
      if (index === 1) {
        run.set_tag('verdict', 'promising');
        run.set_span_id('4bf92f3577b34da6');
        run.log_artifact('weights.bin', new Uint8Array(53_248));
        run.log_artifact('confusion.json', new Uint8Array(1_204));
      }
      if (index === 4) await run.fail();
      else if (index === 6) await run.cancel();
      else if (index === 9) await run.flush();
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
  if (wanted.length > 0 && !wanted.includes(name)) return;
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
  await take(context, async (page) => {
    await page.screenshot({ path: join(folder, `${name}.png`) });
    console.log(`${name}.png`);
  });
  await context.close();
}

/** Brings what `selector` names to the top of the picture. */
const toTop = (page, selector) => page.locator(selector).evaluate((element) => scrollTo(0, element.getBoundingClientRect().top + scrollY - 16));

const wide = { width: 1280, height: 800 };

/** The page, with the demo begun. */
async function training(context) {
  const page = await context.newPage();
  await page.goto(address);
  await page.getByTestId('start').click();
  return page;
}

await picture('first-page', { viewport: { width: 1280, height: 980 }, colorScheme: 'light' }, async (context, shoot) => {
  const page = await training(context);
  await page.locator('[data-testid="status"][data-phase="finished"]').waitFor({ timeout: 120_000 });
  await page.evaluate(() => scrollTo(0, 0));
  await settled(page, '[data-testid="run-row"]');
  await shoot(page);
});

await picture('interrupted', { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' }, async (context, shoot) => {
  const page = await training(context);
  await page.getByText('epoch 5 of').waitFor({ timeout: 120_000 });
  await page.reload();
  await page.getByTestId('resume').waitFor();
  await page.locator('[data-testid="run-row"][data-status="interrupted"]').waitFor();
  await settled(page, '[data-testid="chart"]');
  await shoot(page);
});

await picture('not-saved', { viewport: { width: 1280, height: 620 }, colorScheme: 'light' }, async (context, shoot) => {
  await context.addInitScript(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...given) {
      if (globalThis.full) throw new DOMException('The disk has no room for it.', 'QuotaExceededError');
      return put.apply(this, given);
    };
  });
  const page = await training(context);
  await page.getByText('epoch 6 of').waitFor({ timeout: 120_000 });
  await page.evaluate(() => (globalThis.full = true));
  await page.getByTestId('degraded').waitFor();
  await toTop(page, 'entrenar-dashboard');
  await page.getByTestId('health').click();
  await page.getByTestId('usage').waitFor();
  await settled(page, '[data-testid="chart"]');
  await shoot(page);
  await page.evaluate(() => (globalThis.full = false));
});

await picture('newer-database', { viewport: { width: 1280, height: 420 }, colorScheme: 'light' }, async (context, shoot) => {
  const other = await openIn(context, site.blank);
  await other.evaluate(() => new Promise((resolve) => (indexedDB.open('entrenar', 1_000_000).onsuccess = ({ target }) => resolve(target.result.close()))));
  const page = await context.newPage();
  await page.goto(address);
  await page.getByTestId('failed').waitFor();
  await toTop(page, 'entrenar-dashboard');
  await settled(page, '[data-testid="failed"]');
  await shoot(page);
});

const tenRuns = Array.from({ length: 10 }, (_, run) => `run-${run}`);
const phone = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true };
for (const [name, options, query, selector] of [
  ['ten-runs', { viewport: { width: 1280, height: 600 }, colorScheme: 'dark' }, `smooth=0.6&runs=${tenRuns}`, '[data-testid="chart"]'],
  ['charts', { viewport: wide, colorScheme: 'light' }, 'smooth=0.6&runs=run-1,run-2,run-3', '[data-testid="chart"]'],
  ['run', { viewport: wide, colorScheme: 'light' }, 'run=run-1&runs=run-1,run-3', '[data-testid="run-detail"]'],
  ['compare', { viewport: wide, colorScheme: 'light' }, 'panel=compare&runs=run-0,run-1,run-4,run-9', '[data-testid="compare"]'],
  ['phone', { ...phone, colorScheme: 'dark' }, 'smooth=0.6&metric=train/&runs=run-1,run-2,run-3', '[data-testid="chart"]'],
]) {
  await picture(name, options, async (context, shoot) => {
    await logSweep(context);
    const page = await context.newPage();
    await page.goto(`${address}?${query}`);
    await settled(page, selector);
    await toTop(page, name === 'phone' ? 'entrenar-chart-toolbar' : 'entrenar-dashboard');
    await settled(page, selector);
    await shoot(page);
  });
}

/** Thirty runs whose names differ only in their middle, as scripts name them. */
async function logLongNames(context) {
  const page = await openIn(context, site.blank);
  await page.evaluate(async () => {
    for (let index = 0; index < 30; index += 1) {
      const lr = [0.0001, 0.0003, 0.001][index % 3];
      const run_name = `resnet50_imagenet-1k_augmented_lr${lr}_wd${index % 5}e-4_batch256_seed${2023 + index}_2026-11-27_pretrained`;
      const run = await entrenar.WasmRun.new('a sweep with long names', { run_name, config: { lr, seed: 2023 + index } });
      for (const [key, from, to] of [['train/loss', 2.4, 0.4], ['train/accuracy', 0.1, 0.9], ['val/loss', 2.5, 0.6], ['val/accuracy', 0.1, 0.8], ['gpu/0/memory', 4, 11], ['gpu/0/power', 90, 280], ['gpu/1/memory', 4, 10], ['gpu/1/power', 80, 270], ['learning_rate', lr, 0]])
        run.log_series(key, Float64Array.from({ length: 1500 }, (_, step) => to + (from - to) * Math.exp(-step / (200 + 12 * index)) + 0.02 * (from + to) * Math.sin(step * 12.9 + index * 7) * Math.sin(step * 78.2)));
      await run.finish();
    }
  });
  await page.close();
}

for (const [name, options] of [['thirty-runs', { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }], ['thirty-runs-phone', { ...phone, colorScheme: 'light' }]]) {
  await picture(name, options, async (context, shoot) => {
    await logLongNames(context);
    const page = await context.newPage();
    await page.goto(`${address}?smooth=0.8&runs=run-0~29`);
    await settled(page, '[data-testid="chart"]');
    await page.waitForTimeout(800);
    await shoot(page);
  });
}

await picture('storage', { viewport: wide, colorScheme: 'light' }, async (context, shoot) => {
  await logSweep(context);
  const page = await context.newPage();
  await page.goto(`${address}?smooth=0.6&runs=run-1,run-2,run-3`);
  await settled(page, '[data-testid="chart"]');
  await toTop(page, 'entrenar-dashboard');
  await page.getByTestId('health').click();
  await settled(page, '[data-testid="browser-facts"]');
  await shoot(page);
});

// A run of the sweep, sent from its detail, on the page of MLflow itself.
await picture('mlflow', { viewport: wide, colorScheme: 'light' }, async (context, shoot) => {
  const server = await MlflowServer.start();
  await logSweep(context);
  const page = await context.newPage();
  await page.goto(`${address}?run=run-1`);
  await page.getByTestId('open-mlflow').click();
  await page.getByTestId('mlflow-url').fill(server.url);
  await page.getByTestId('mlflow-send').click();
  const link = page.getByTestId('mlflow-known').getByRole('link');
  await link.waitFor({ timeout: 60_000 });
  const { experiment, run } = /experiments\/(?<experiment>[^/]+)\/runs\/(?<run>[^/]+)/.exec(await link.getAttribute('href')).groups;
  const there = await context.newPage();
  await there.goto(`${server.url}/#/experiments/${experiment}/runs/${run}/model-metrics`);
  await there.waitForTimeout(12_000);
  await shoot(there);
  await server.remove();
});

await picture('empty', { viewport: { width: 1280, height: 860 }, colorScheme: 'light' }, async (context, shoot) => {
  const page = await context.newPage();
  await page.goto(address);
  await settled(page, '[data-testid="empty"]');
  await shoot(page);
});

await browser.close();
await site.stop();
