// Reports from the npm package: it has the page that they are made of, and loads it when one is made.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { card, expect, test } from './fixtures/dashboard.js';
import { writeApp } from './fixtures/app.js';
import { installPacked, runInNode } from './fixtures/npm-package.js';
import { openReport } from './fixtures/reports.js';

test('the package in Node.js makes a report, as a module and as CommonJS, with the wasm inside and beside it', async ({ browser }) => {
  const make = (name) => `const run = await WasmRun.new('in Node.js', { run_name: 'first' }); run.log_metric('loss', 0.5); run.log_metric('loss', 0.25); await run.finish();
    const storage = await WasmStorage.open(); const report = await storage.export_runs([run.run_id()], 'html');
    require('node:fs').writeFileSync('${name}.html', await report.text()); console.log(JSON.stringify(report.type));`;
  const imported = (from) => `import { createRequire } from 'node:module'; import { WasmRun, WasmStorage } from '${from}'; const require = createRequire(import.meta.url);`;
  const required = (from, code) => `const { WasmRun, WasmStorage } = require('${from}'); (async () => { ${code} })();`;
  const root = await writeApp('installed-report', {
    'package.json': '{}',
    'inside.mjs': `${imported('entrenar')} ${make('inside.mjs')}`,
    'inside.cjs': required('entrenar', make('inside.cjs')),
    'beside.mjs': `${imported('entrenar/url')} ${make('beside.mjs')}`,
    'beside.cjs': required('entrenar/url', make('beside.cjs')),
  });
  await installPacked(root);
  for (const file of ['inside.mjs', 'inside.cjs', 'beside.mjs', 'beside.cjs']) {
    const { said, warned } = await runInNode(root, file);
    expect(said, file).toBe('text/html;charset=utf-8');
    expect(warned, file).toEqual([expect.stringMatching(/memory/i)]);
    expect((await readFile(join(root, `${file}.html`), 'utf8')).length, file).toBeLessThan(1_100_000);
    const { page, asked, problems } = await openReport(browser, join(root, `${file}.html`));
    await expect(card(page, 'loss').getByTestId('chart'), file).toHaveAttribute('data-points', '2');
    expect([asked, problems], file).toEqual([[], []]);
    await page.context().close();
  }
});
