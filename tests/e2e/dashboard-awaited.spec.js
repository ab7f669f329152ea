// An experiment that the element is told to show before there is a run of it.
import { barriers, expect, painted, test } from './fixtures/dashboard.js';

/** A page of an application with the npm package, whose element waits for an experiment. */
const application = (site, name) => {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>mine</title><body></body>
    <script type="module">
      import { WasmRun } from '/npm/entrenar.js';
      import '/npm/dashboard.js';
      globalThis.WasmRun = WasmRun;
      const element = document.createElement('entrenar-dashboard');
      element.experiment = ${JSON.stringify(name)};
      document.body.append(element);
    </script></html>`;
  return site.add('awaits.html', html.replaceAll('<img', '\\u003cimg'));
};

async function openApplication(context, site, name) {
  const page = await context.newPage();
  await page.goto(application(site, name));
  return page;
}

test('an experiment that is not there yet says so, and appears when this page begins a run of it', async ({ context, site, problems }) => {
  const page = await openApplication(context, site, 'later');
  const state = page.getByTestId('empty');
  await expect(state).toContainText('There is no experiment “later” yet');
  await expect(state).toContainText('as soon as a run of it begins');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.evaluate(async () => {
    globalThis.run = await WasmRun.new('later', { run_name: 'the first' });
    run.log({ loss: 1 });
    run.log({ loss: 2 });
  });
  await expect(page.getByTestId('run-row')).toContainText('the first');
  await expect.poll(() => painted(page, 'loss', 'run-0')).toBeDefined();
  await expect(state).toHaveCount(0);
  expect(problems.list).toEqual([]);
});

test('it appears when another tab begins a run of it, beside other experiments', async ({ context, site, open }) => {
  const other = await open();
  const begin = (name) => other.evaluate(async (name) => {
    globalThis.run = await entrenar.WasmRun.new(name, { run_name: `of ${name}` });
    await run.flush();
  }, name);
  await begin('earlier');
  const page = await openApplication(context, site, 'later');
  await expect(page.getByTestId('empty')).toContainText('There is no experiment “later” yet');
  await begin('earlier');
  await begin('later');
  await expect(page.getByTestId('run-row')).toHaveText(/of later/);
  await expect(page.getByTestId('empty')).toHaveCount(0);
});

test('the name of an awaited experiment is shown as the text it is, and is told to a screen reader', async ({ context, site, problems }) => {
  const name = `<img src=x onerror="globalThis.broken = 1"> it's`;
  const page = await openApplication(context, site, name);
  await expect(page.getByTestId('empty')).toContainText(`There is no experiment “${name}” yet`);
  await expect(page.getByRole('status').filter({ hasText: 'There is no experiment' })).toBeVisible();
  expect(await page.evaluate(() => globalThis.broken)).toBeUndefined();
  expect(problems.list).toEqual([]);
});

for (const colorScheme of ['light', 'dark']) {
  test(`the page that waits is accessible and fits a phone, in ${colorScheme}`, async ({ context, site, problems }) => {
    const page = await openApplication(context, site, 'a-name-that-is-longer-than-a-phone-is-wide-and-has-no-blank-to-be-cut-at');
    await page.setViewportSize({ width: 360, height: 700 });
    await page.emulateMedia({ colorScheme });
    await expect(page.getByTestId('empty')).toContainText('There is no experiment');
    expect(await barriers(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(problems.list).toEqual([]);
  });
}
