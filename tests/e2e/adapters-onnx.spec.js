// The adapters for ONNX Runtime Web against the real one: a tiny model on its wasm, and on WebGPU by the browser's software renderer.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeApp } from './fixtures/app.js';
import { browserFlags, browserPath } from './fixtures/browser.js';
import { installPacked } from './fixtures/npm-package.js';
import { DOUBLED } from './fixtures/onnx-model.js';
import { repository } from './fixtures/site.js';
import { expect, test } from './fixtures/test.js';

test.use({ launchOptions: { executablePath: browserPath, args: [...browserFlags, '--enable-unsafe-webgpu'] } });

const RUNTIME = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web')));

/** A page with the real runtime, the package and its adapters, in whatever order `imports` has them, and a run. */
async function pageWith({ context, site }, imports) {
  site.addDirectory('onnx', RUNTIME);
  const page = await context.newPage();
  await page.goto(site.add('onnx.html', `<!doctype html><html lang="en"><meta charset="utf-8"><title>onnx</title><script type="module">
    const modules = {};
    for (const from of ${JSON.stringify(imports)}) Object.assign(modules, { [from]: await import(from) });
    const ort = modules['/onnx/ort.min.mjs'];
    ort.env.wasm.numThreads = 1;
    Object.assign(globalThis, { ort, adapters: modules['/npm/adapters.js'], run: await modules['/npm/entrenar.js'].WasmRun.new('inference') });
  </script></html>`));
  await page.waitForFunction(() => 'run' in globalThis);
  return page;
}

const OURS = ['/npm/entrenar.js', '/npm/adapters.js'];
const THEIRS = '/onnx/ort.min.mjs';

for (const [order, imports] of [['before', [...OURS, THEIRS]], ['after', [THEIRS, ...OURS]]]) {
  test(`kernels on WebGPU are logged by their type, with the package loaded ${order} the runtime`, async ({ context, site, problems }) => {
    const page = await pageWith({ context, site }, imports);
    const seen = await page.evaluate(async (model) => {
      ort.env.webgpu.profiling = adapters.onnx_profiling(run);
      const session = await ort.InferenceSession.create(new Uint8Array(model), { executionProviders: ['webgpu'] });
      const x = new ort.Tensor('float32', Float32Array.of(1, 2, -3, 4), [4]);
      const infer = async () => Array.from(await (await session.run({ x })).y.getData());
      const begin = performance.now();
      const results = [await infer(), await infer()];
      // Profiles come when the GPU has answered.
      while (!run.list_metric_keys().includes('onnx/Relu ms') || run.current_step('onnx/Relu ms') < 2) await new Promise(requestAnimationFrame);
      const wall_ms = performance.now() - begin;
      const logged = Object.fromEntries(run.list_metric_keys().map((key) => [key, Array.from(run.get_metrics(key).value)]));
      // A run that takes no more ends no inference.
      await run.finish();
      results.push(await infer());
      return { results, logged, wall_ms };
    }, DOUBLED);
    expect(seen.results).toEqual(Array(3).fill([2, 4, 0, 8]));
    expect(Object.keys(seen.logged).toSorted()).toEqual(['onnx/Add ms', 'onnx/Relu ms']);
    const times = Object.values(seen.logged).flat();
    expect(times).toHaveLength(4);
    expect(Math.min(...times)).toBeGreaterThan(0);
    expect(times.reduce((sum, time) => sum + time)).toBeLessThan(seen.wall_ms);
    expect(problems.list).toEqual([]);
  });
}

test('inferences by the runtime\'s own wasm are timed', async ({ context, site, problems }) => {
  const page = await pageWith({ context, site }, [THEIRS, ...OURS]);
  const seen = await page.evaluate(async (model) => {
    const session = await ort.InferenceSession.create(new Uint8Array(model), { executionProviders: ['wasm'] });
    const x = new ort.Tensor('float32', Float32Array.of(1, 2, -3, 4), [4]);
    const tick = adapters.step_timer(run);
    for (let index = 0; index < 5; index += 1) {
      await session.run({ x });
      tick(4);
    }
    return [run.get_metrics('ms/step'), run.get_metrics('items/s')].map(({ value }) => [value.length, value.every((each) => each >= 0)]);
  }, DOUBLED);
  expect(seen[0]).toEqual([5, true]);
  expect(seen[1][1]).toBe(true);
  expect(problems.list).toEqual([]);
});

test('what the adapter gives is of the type that the runtime declares', async () => {
  const root = await writeApp('installed-onnx-types', {
    'package.json': '{ "type": "module" }',
    'main.ts': `import * as ort from 'onnxruntime-web'; import { WasmRun } from 'entrenar'; import { onnx_profiling } from 'entrenar/adapters';
      ort.env.webgpu.profiling = onnx_profiling(await WasmRun.new('typed'));`,
    'tsconfig.json': JSON.stringify({
      compilerOptions: { strict: true, noEmit: true, skipLibCheck: true, target: 'es2022', module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], types: [] },
      files: ['main.ts'],
    }),
  });
  await installPacked(root);
  const compiler = join(repository, 'www/node_modules/typescript/bin/tsc');
  const said = await promisify(execFile)(process.execPath, [compiler], { cwd: root }).then(() => '', ({ stdout }) => stdout);
  expect(said).toBe('');
});
