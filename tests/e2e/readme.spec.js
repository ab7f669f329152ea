// Every JavaScript snippet of the README runs: in a page, or in Node.js where it says `require`.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeApp } from './fixtures/app.js';
import { fences } from './fixtures/markdown.js';
import { MlflowServer } from './fixtures/mlflow-server.js';
import { installPacked } from './fixtures/npm-package.js';
import { repository } from './fixtures/site.js';
import { expect, test } from './fixtures/test.js';

const blocks = fences(readFileSync(join(repository, 'README.md'), 'utf8'));
/** The address of a server that a snippet sends runs to. */
const MLFLOW = 'http://127.0.0.1:5000';
const snippets = blocks.filter(({ language }) => language === 'js');

/** Everything that snippets may name: 'entrenar' as a package, and the work they leave to the reader. */
function pageWith(code) {
  return `<!doctype html><meta charset="utf-8"><pre id="metrics"></pre>
<script type="importmap">{ "imports": { "entrenar": "/npm/entrenar.js", "entrenar/adapters": "/npm/adapters.js", "entrenar/dashboard": "/npm/dashboard.js" } }</script>
<script>
  let epochs = 0;
  globalThis.trainEpoch = () => ({ loss: 1 / ++epochs, accuracy: 1 - 1 / epochs });
  globalThis.draw = () => {};
</script>
<script type="module">
${code}
globalThis.done = true;
</script>`;
}

test('the README shows the package in a page and in Node.js', () => {
  expect(snippets.length).toBeGreaterThanOrEqual(4);
  expect(snippets.filter(({ code }) => code.includes('require(')).length).toBeGreaterThanOrEqual(1);
  // Nothing that should run escapes this file by being called something else.
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh', 'js', 'rust', 'toml', 'html']));
});

for (const [index, { heading, code }] of snippets.entries()) {
  test(`snippet ${index + 1}, under "${heading}", runs`, async ({ context, site, problems }) => {
    if (code.includes('require(')) {
      const root = await writeApp(`readme-${index}`, { 'snippet.cjs': code });
      await installPacked(root);
      await promisify(execFile)('node', ['snippet.cjs'], { cwd: root, timeout: 20_000 });
      return;
    }
    const page = await context.newPage();
    const mlflow = code.includes(MLFLOW) ? await MlflowServer.start() : undefined;
    if (mlflow) test.setTimeout(120_000);
    try {
      await page.goto(site.add(`readme-${index}.html`, pageWith(code.replace(MLFLOW, mlflow?.url))));
      await page.waitForFunction(() => globalThis.done);
    } finally {
      await mlflow?.remove();
    }
    // Chromium calls the answer that there is no such experiment yet an error.
    expect(problems.list.filter((problem) => !problem.includes('/experiments/get-by-name'))).toEqual([]);
    problems.clear();
  });
}

for (const [index, { code }] of blocks.filter(({ language }) => language === 'html').entries()) {
  test(`page ${index + 1} of the README shows its metrics`, async ({ context, site, problems }) => {
    void problems;
    const page = await context.newPage();
    await page.goto(site.add(`readme-page-${index}.html`, code));
    await expect(page.locator('#metrics')).toContainText('"loss"');
  });
}
