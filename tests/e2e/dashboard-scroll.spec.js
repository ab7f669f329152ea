// What the page does for speed, seen from outside: charts are drawn where they are in sight, and nothing is asked for late or twice.
import { card, expect, test } from './fixtures/dashboard.js';

const GROUPS = 12;
const MEMBERS = 18;

test('charts are drawn when their group comes into sight, and again when it comes back', async ({ open, dashboard }) => {
  const writer = await open();
  await writer.evaluate(async ([groups, members]) => {
    const run = await entrenar.WasmRun.new('many');
    for (let group = 10; group < 10 + groups; group += 1) {
      for (let member = 10; member < 10 + members; member += 1) run.log_series(`g${group}/m${member}`, new Float64Array([3, 2, 1]));
    }
    await run.finish();
  }, [GROUPS, MEMBERS]);
  await writer.close();
  const page = await dashboard('experiment=many');
  await expect(page.locator('entrenar-metric-chart')).toHaveCount(GROUPS * MEMBERS);
  const plot = (metric) => card(page, metric).locator('.plot[data-points="3"] canvas');
  const drawn = () => page.locator('entrenar-metric-chart .u-over').count();
  for (const metric of ['g10/m10', 'g21/m27', 'g15/m18', 'g21/m10', 'g10/m27', 'g10/m10']) {
    await card(page, metric).scrollIntoViewIfNeeded();
    await expect(plot(metric), metric).toBeVisible();
    // What was left behind is given back.
    await expect.poll(drawn).toBeLessThan(MEMBERS * 4);
  }
});

test('the page asks for the wasm module once, before its scripts are there, and again when that failed', async ({ context, site, problems }) => {
  const page = await context.newPage();
  await page.goto(site.page);
  await expect(page.getByTestId('empty')).toBeVisible();
  const { modules, component } = await page.evaluate(() => {
    const of = (ending) => performance.getEntriesByType('resource').filter(({ name }) => name.endsWith(ending));
    return { modules: of('.wasm').map(({ startTime }) => startTime), component: of('entrenar-dashboard.js')[0].responseEnd };
  });
  expect(modules).toHaveLength(1);
  expect(modules[0]).toBeLessThan(component);
  await context.route('**/*.wasm', (route) => route.abort());
  await page.reload();
  await expect(page.getByTestId('failed')).toContainText('could not be started');
  await context.unroute('**/*.wasm');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('empty')).toBeVisible();
  problems.clear();
});
