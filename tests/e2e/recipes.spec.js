// The recipes of docs/recipes.md, as they stand there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fences } from './fixtures/markdown.js';
import { repository } from './fixtures/site.js';
import { expect, test } from './fixtures/test.js';

/** A stand-in for React in StrictMode: it mounts, unmounts, and mounts again, as that does. */
const REACT = `
  const state = [];
  let cursor = 0;
  let effects = [];
  export const useState = (initial) => {
    const at = cursor++;
    if (!(at in state)) state[at] = initial;
    return [state[at], (value) => { state[at] = value; }];
  };
  export const useEffect = (effect) => { effects.push(effect); };
  export const strict = (component) => {
    const render = () => { cursor = 0; effects = []; return component(); };
    render();
    const mount = () => effects.map((effect) => effect());
    const unmount = (ends) => ends.forEach((end) => end?.());
    unmount(mount());
    const ends = mount();
    return { render, unmount: () => unmount(ends) };
  };`;

const recipes = fences(readFileSync(join(repository, 'docs/recipes.md'), 'utf8')).filter(({ language }) => language === 'js');

test('the React recipe leaves one run in StrictMode, goes on with it after it was mounted again, and ends it', async ({ context, site, problems }) => {
  void problems;
  const { code } = recipes.find(({ heading }) => heading.includes('React'));
  site.add('use-run.js', code);
  site.add('react.js', REACT);
  const page = await context.newPage();
  await page.goto(site.add('react.html', `<!doctype html><meta charset="utf-8">
    <script type="importmap">{ "imports": { "entrenar": "/pkg/entrenar.js", "react": "/react.js" } }</script>
    <script type="module">
      import * as entrenar from 'entrenar';
      import { strict } from 'react';
      import { useRun } from '/use-run.js';
      Object.assign(globalThis, { entrenar, strict, useRun });
    </script>`));
  await page.waitForFunction(() => 'useRun' in globalThis);
  const seen = await page.evaluate(async () => {
    const mounted = async () => {
      const component = strict(() => useRun('strict'));
      while (!component.render()) await new Promise(requestAnimationFrame);
      return { ...component, run: component.render() };
    };
    const first = await mounted();
    first.run.log({ loss: 1 });
    await first.run.flush();
    first.unmount();
    const storage = await entrenar.WasmStorage.open();
    return { runs: storage.list_runs('exp-0'), id: first.run === null, experiments: storage.list_experiments() };
  });
  expect(seen).toEqual({ runs: ['run-0'], id: false, experiments: ['exp-0'] });
  await page.reload();
  await page.waitForFunction(() => 'useRun' in globalThis);
  const after = await page.evaluate(async () => {
    const component = strict(() => useRun('strict'));
    while (!component.render()) await new Promise(requestAnimationFrame);
    const run = component.render();
    run.log({ loss: 2 });
    await run.finish();
    component.unmount();
    const storage = await entrenar.WasmStorage.open();
    return [storage.list_runs('exp-0'), storage.run('run-0').status, (await storage.get_metrics('run-0', 'loss')).step.length];
  });
  expect(after).toEqual([['run-0'], 'Success', 2]);
});

test('the recipe for hot reload goes on with one run through edits', async ({ context, site, problems }) => {
  void problems;
  const { code } = recipes.find(({ heading }) => heading.includes('ot reload'));
  for (const edit of [1, 2, 3]) site.add(`train-${edit}.js`, code.replaceAll('import.meta.hot', 'globalThis.hot'));
  const page = await context.newPage();
  await page.goto(site.add('hot.html', `<!doctype html><meta charset="utf-8">
    <script type="importmap">{ "imports": { "entrenar": "/pkg/entrenar.js" } }</script>
    <script type="module">
      import * as entrenar from 'entrenar';
      globalThis.hot = { dispose(end) { globalThis.endModule = end; } };
      globalThis.trainEpoch = async () => { await new Promise(requestAnimationFrame); return { loss: 0.5 }; };
      Object.assign(globalThis, { entrenar });
      for (const edit of [1, 2, 3]) {
        globalThis.endModule?.();
        await import('/train-' + edit + '.js');
      }
      globalThis.done = true;
    </script>`));
  await page.waitForFunction(() => globalThis.done);
  const runs = () => page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    return storage.list_runs('exp-0').map((id) => `${id} ${storage.run(id).status}`);
  });
  await expect.poll(runs).toEqual(['run-0 Success']);
});
