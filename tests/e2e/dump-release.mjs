// Writes a file of tests/fixtures: a database as the package in pkg/ leaves it after the story of that name. Run once for a release,
// never again:
//   node dump-release.mjs before-rebuild > ../fixtures/before-rebuild.json
import { chromium } from '@playwright/test';
import { browserFlags, browserPath } from './fixtures/browser.js';
import { RELEASE_STORIES } from './fixtures/release-stories.js';
import { Site } from './fixtures/site.js';
import { defineDump } from './fixtures/stored.js';

const tell = RELEASE_STORIES[process.argv[2]];
if (!tell) throw new Error(`name a story: ${Object.keys(RELEASE_STORIES).join(', ')}`);
const site = await Site.start();
const browser = await chromium.launch({ executablePath: browserPath, args: browserFlags });
const context = await browser.newContext();
await tell(context, site);
// A page without the package, which would go on with what it finds.
const page = await context.newPage();
await page.goto(site.elsewhere.replace('localhost', '127.0.0.1'));
await page.evaluate(defineDump);
const dump = await page.evaluate(async () => ({ ...(await dumpDatabase('entrenar')), localStorage: { ...localStorage } }));
process.stdout.write(`${JSON.stringify(dump, null, 1)}\n`);
await browser.close();
await site.stop();
