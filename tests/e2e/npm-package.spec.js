// The npm package as its users have it: installed from the tarball, no flag, no plugin, no init().
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createServer as createViteServer } from 'vite';
import { buildApp, writeApp } from './fixtures/app.js';
import { expectLoggedAndFoundAfterReload, installPacked, runInNode } from './fixtures/npm-package.js';
import { serve } from './fixtures/server.js';
import { repository } from './fixtures/site.js';
import { expect, test } from './fixtures/test.js';

const TYPED = `
  import init, { WasmRun, WasmStorage, type Change, type EntrenarError, type EntrenarErrorCode, type Series } from 'entrenar';
  await init();
  export function advice({ code }: EntrenarError): string {
    switch (code) {
      case 'RunDeleted': return 'start anew';
      case 'WasmBlocked': return 'mend the policy';
      case 'QuotaExceeded': return 'make room';
      default: return code;
    }
  }
  export const known: EntrenarErrorCode[] = ['InvalidArgument', 'Freed', 'NotInitialized', 'WasmNotFound'];
  const run: WasmRun = await WasmRun.new('typed', { config: { lr: 0.1 }, tags: { a: 'b' } });
  run.log_metrics({ loss: 1 });
  const storage = await WasmStorage.open({ database: 'typed' });
  const series: Series = await storage.get_metrics(run.run_id(), 'loss');
  export const last: number | undefined = series.value.at(-1);
  export const blob = new Blob([await run.get_artifact('weights')]);
  export const end: () => void = storage.subscribe((change: Change) => void (change.kind === 'run_lost' && change.code));
`;

/** The module that every application has in common: `track` logs, and says what the last run had logged. */
const TRACK = readFileSync(join(repository, 'tests/consumers/track.js'), 'utf8');
const MAIN = `${TRACK}\ntrack().then((said) => document.body.append(said));`;
const PAGE = '<!doctype html><html lang="en"><meta charset="utf-8"><title>app</title><link rel="icon" href="data:,"><body><script type="module" src="./main.js"></script></body></html>';

async function app(name, files) {
  const root = await writeApp(name, files);
  await installPacked(root);
  return root;
}

async function inDevServer(root, use) {
  const server = await createViteServer({ root, configFile: false, logLevel: 'error', server: { port: 0, host: '127.0.0.1' } });
  await server.listen();
  try {
    await use(`http://127.0.0.1:${server.httpServer.address().port}/`);
  } finally {
    await server.close();
  }
}

/** Another origin than the site's, as a CDN is one. */
async function onAnotherOrigin(answer, use) {
  const { origin, stop } = await serve((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    answer(request, response).catch((error) => response.writeHead(404).end(String(error)));
  });
  try {
    await use(origin);
  } finally {
    await stop();
  }
}

const sendFile = (directory, types = {}) => async (request, response) => {
  const file = await readFile(join(directory, request.url));
  const type = Object.entries(types).find(([ending]) => request.url.endsWith(ending))?.[1];
  response.writeHead(200, { 'content-type': type ?? 'text/javascript' }).end(file);
};

test('an application in Vite logs and finds its run after a reload, in the dev server and when it is built', async ({ context, site, problems }) => {
  const root = await app('installed-vite', { 'index.html': PAGE, 'main.js': MAIN });
  await inDevServer(root, async (address) => expectLoggedAndFoundAfterReload(await context.newPage(), address));
  const built = await buildApp(root, 'installed-vite');
  await expectLoggedAndFoundAfterReload(await context.newPage(), site.addDirectory('installed-vite', built));
  expect(problems.list).toEqual([]);
});

test('the listing for a bundler, which calls init, runs with the installed package', async ({ context, site, problems }) => {
  const root = await app('installed-init', { 'index.html': PAGE, 'main.js': `import init from 'entrenar'; await Promise.all([init(), init()]); await init();\n${MAIN}` });
  await expectLoggedAndFoundAfterReload(await context.newPage(), site.addDirectory('installed-init', await buildApp(root, 'installed-init')));
  expect(problems.list).toEqual([]);
});

test('a worker of an application in Vite logs, in the dev server and when it is built', async ({ context, site, problems }) => {
  const root = await app('installed-worker', {
    'index.html': PAGE,
    'main.js': `new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }).onmessage = ({ data }) => document.body.append(data);`,
    'worker.js': MAIN.replace('document.body.append', 'postMessage'),
  });
  await inDevServer(root, async (address) => expectLoggedAndFoundAfterReload(await context.newPage(), address));
  const built = await buildApp(root, 'installed-worker');
  await expectLoggedAndFoundAfterReload(await context.newPage(), site.addDirectory('installed-worker', built));
  expect(problems.list).toEqual([]);
});

test('a shared worker and a service worker log, as modules without a bundler', async ({ context, site, problems }) => {
  // In the module itself: a service worker may not import anything later.
  const track = TRACK.replace("'entrenar'", "'./node_modules/entrenar/entrenar.js'");
  const root = await app('installed-shared', {
    'shared.html': PAGE.replace('./main.js', './shared.js'),
    'shared.js': `new SharedWorker('./shared-worker.js', { type: 'module' }).port.onmessage = ({ data }) => document.body.append(data);`,
    'shared-worker.js': `${track}\nonconnect = ({ ports: [port] }) => track().then((said) => port.postMessage(said));`,
    'service.html': PAGE.replace('./main.js', './service.js'),
    'service.js': `navigator.serviceWorker.onmessage = ({ data }) => document.body.append(data);
      navigator.serviceWorker.register('./service-worker.js', { type: 'module' });
      navigator.serviceWorker.ready.then(({ active }) => active.postMessage('log'));`,
    'service-worker.js': `${track}\nonmessage = (event) => event.waitUntil(track().then((said) => event.source.postMessage(said)));`,
  });
  const address = site.addDirectory('installed-shared', root);
  await expectLoggedAndFoundAfterReload(await context.newPage(), `${address}shared.html`);
  const other = await context.browser().newContext();
  await expectLoggedAndFoundAfterReload(await other.newPage(), `${address}service.html`);
  await other.close();
  expect(problems.list).toEqual([]);
});

test('a page with an import map takes the package from another origin, under a strict policy', async ({ context, site, problems }) => {
  const directory = await installPacked(await writeApp('installed-cdn', {}));
  await onAnotherOrigin(sendFile(directory, { '.wasm': 'application/wasm' }), async (origin) => {
    for (const [name, connect] of [['entrenar.js', "'none'"], ['url.js', origin]]) {
      const policy = `default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' ${origin}; connect-src ${connect}`;
      const map = JSON.stringify({ imports: { entrenar: `${origin}/${name}` } });
      const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>cdn</title>
        <script type="importmap">${map}</script><body><script type="module">${TRACK}\ntrack({ database: '${name}' }).then((said) => document.body.append(said));</script></body></html>`;
      await expectLoggedAndFoundAfterReload(await context.newPage(), site.add(`cdn-${name}.html`, html));
    }
  });
  expect(problems.list).toEqual([]);
});

test('the package in Node.js logs in memory, as a module and as CommonJS, warns once, and lets the process end', async () => {
  const log = `const run = await WasmRun.new('in memory'); run.log_metric('loss', 0.5); await run.finish();
    const storage = await WasmStorage.open(); console.log(JSON.stringify([[...(await storage.get_metrics(run.run_id(), 'loss')).value], run.is_persistent()]));`;
  const root = await app('installed-node', {
    'package.json': '{}',
    'log.mjs': `import { WasmRun, WasmStorage } from 'entrenar'; ${log}`,
    'log.cjs': `const { WasmRun, WasmStorage } = require('entrenar'); (async () => { ${log} })();`,
    'url.mjs': `import { WasmRun, WasmStorage } from 'entrenar/url'; ${log}`,
    'url.cjs': `const { WasmRun, WasmStorage } = require('entrenar/url'); (async () => { ${log} })();`,
    'dashboard.cjs': `require('entrenar/dashboard').defined.then((nothing) => console.log(JSON.stringify(nothing ?? 'nothing')));`,
    'dashboard.mjs': `import { defined } from 'entrenar/dashboard'; console.log(JSON.stringify(await defined ?? 'nothing'));`,
  });
  for (const file of ['log.mjs', 'log.cjs', 'url.mjs', 'url.cjs']) {
    const { said, warned } = await runInNode(root, file);
    expect(said, file).toEqual([[0.5], false]);
    expect(warned, file).toEqual([expect.stringMatching(/memory/i)]);
  }
  await rm(join(root, 'node_modules/entrenar/entrenar_bg.wasm'));
  await writeFile(join(root, 'missing.mjs'), `import { WasmRun } from 'entrenar/url'; await WasmRun.new('x').catch(({ code, message }) => console.log(JSON.stringify([code, message])));`);
  expect((await runInNode(root, 'missing.mjs')).said).toEqual(['WasmNotFound', expect.stringContaining('ENOENT')]);
  for (const file of ['dashboard.mjs', 'dashboard.cjs']) expect((await runInNode(root, file)).said, file).toBe('nothing');
});

test('the declarations compile under every way to resolve modules, in a page and in a worker, and know what things are', async () => {
  const library = { page: ['es2022', 'dom'], worker: ['es2022', 'webworker'] };
  const root = await app('installed-types', {
    'package.json': '{ "type": "module" }',
    'page.ts': `${TYPED}\nimport { defined } from 'entrenar/dashboard';\nimport * as url from 'entrenar/url';\nexport const element = document.querySelector('entrenar-dashboard');
      element?.addEventListener('entrenar-activity', ({ detail }) => { document.title = detail.running.toFixed(); });
      element?.addEventListener('click', (event) => event.clientX);
      element?.showRun({ experiment_id: 'exp-0', run_id: 'run-0' });
      export const ready: Promise<void>[] = [defined, url.default()];`,
    'worker.ts': TYPED,
    'wrong.ts': `import { WasmRun } from 'entrenar';\n(await WasmRun.new('x')).log_metric('loss', 'high');`,
    'misspelt.ts': `import type { EntrenarError } from 'entrenar';\nexport const gone = ({ code }: EntrenarError) => code === 'RunDelted';`,
  });
  const compile = async (files, module, moduleResolution, lib) => {
    const options = { strict: true, noEmit: true, target: 'es2022', types: [], module, moduleResolution, lib };
    await writeFile(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files }));
    return promisify(execFile)(process.execPath, [join(repository, 'www/node_modules/typescript/bin/tsc')], { cwd: root }).then(() => '', ({ stdout }) => stdout);
  };
  for (const [module, resolution] of [['node16', 'node16'], ['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
    for (const [where, lib] of Object.entries(library)) expect(await compile([`${where}.ts`], module, resolution, lib), `${resolution}, ${where}`).toBe('');
  }
  expect(await compile(['wrong.ts'], 'esnext', 'bundler', library.page)).toMatch(/'string' is not assignable to parameter of type 'number'/);
  expect(await compile(['misspelt.ts'], 'esnext', 'bundler', library.page)).toMatch(/'"RunDelted"' have no overlap/);
});

test('the dashboard of the package shows what the application logs, over the same connection', async ({ context, site, problems }) => {
  const root = await app('installed-dashboard', {
    'index.html': PAGE,
    'main.js': `
      globalThis.opened = [];
      const { open } = IDBFactory.prototype;
      IDBFactory.prototype.open = function (name, ...rest) { opened.push(name); return open.call(this, name, ...rest); };
      const { WasmRun } = await import('entrenar');
      const { defined } = await import('entrenar/dashboard');
      await defined;
      document.body.append(document.createElement('entrenar-dashboard'));
      globalThis.run = await WasmRun.new('beside the dashboard', { run_name: 'first try' });
      run.log_metric('loss', 0.5);`,
  });
  const page = await context.newPage();
  await page.goto(site.addDirectory('installed-dashboard', await buildApp(root, 'installed-dashboard')));
  await expect(page.locator('entrenar-dashboard')).toContainText('first try');
  expect(await page.evaluate(() => opened)).toEqual(['entrenar']);
  expect(problems.list).toEqual([]);
});

test('every export of the package, and every part of it, has a comment', async () => {
  const directory = await installPacked(await writeApp('installed-comments', {}));
  for (const name of ['entrenar', 'url', 'adapters', 'dashboard']) {
    for (const ending of ['d.ts', 'd.cts']) {
      const lines = (await readFile(join(directory, `${name}.${ending}`), 'utf8')).split('\n').map((line) => line.trimEnd());
      const declares = /^(export (declare |default )?(class|function|interface|type|const)|  (static )?[\w[\].]+(<.*)?\()/;
      const bare = lines.filter((line, index) => declares.test(line) && !/\*\/$|^export interface Wasm\w+ extends ForUsing/.test(lines[index - 1]));
      expect(bare, `${name}.${ending}`).toEqual([]);
    }
  }
});

test.describe('wasm that cannot be loaded is an error that says what to do', () => {
  /** The error of the first call, in a page with this policy and this script before it. */
  async function failure(context, site, name, { from, policy = '', before = '' }) {
    const html = `<!doctype html><html lang="en"><meta charset="utf-8">${policy && `<meta http-equiv="Content-Security-Policy" content="${policy}">`}<title>broken</title>
      <script>${before}</script><body><script type="module">
        const { WasmRun } = await import('${from}');
        globalThis.failure = await WasmRun.new('x').then(() => 'no failure', (error) => ({ code: error.code, message: error.message, isError: error instanceof Error }));
      </script></body></html>`;
    const page = await context.newPage();
    await page.goto(site.add(name, html));
    await page.waitForFunction(() => globalThis.failure !== undefined);
    return page.evaluate(() => globalThis.failure);
  }

  test('where it is not served', async ({ context, site }) => {
    const directory = await installPacked(await writeApp('installed-missing', {}));
    const answers = {
      'no file': [async (_, response) => void response.writeHead(404).end(), /answered 404.*entrenar_bg\.wasm/],
      'a page instead': [async (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'), /something else \(text\/html\)/],
    };
    for (const [name, [wasm, message]] of Object.entries(answers)) {
      const files = sendFile(directory);
      await onAnotherOrigin((request, response) => (request.url.endsWith('.wasm') ? wasm : files)(request, response), async (origin) => {
        const found = await failure(context, site, 'missing.html', { from: `${origin}/url.js` });
        expect(found, name).toEqual({ code: 'WasmNotFound', message: expect.stringMatching(message), isError: true });
      });
    }
  });

  test('where its type is wrong it is loaded all the same', async ({ context, site }) => {
    const directory = await installPacked(await writeApp('installed-mistyped', {}));
    await onAnotherOrigin(sendFile(directory, { '.wasm': 'application/octet-stream' }), async (origin) => {
      expect(await failure(context, site, 'mistyped.html', { from: `${origin}/url.js` })).toBe('no failure');
    });
  });

  test('where a policy, or an old browser, keeps it out', async ({ context, site }) => {
    const directory = await installPacked(await writeApp('installed-refused', {}));
    await onAnotherOrigin(sendFile(directory), async (origin) => {
      const from = `${origin}/entrenar.js`;
      const policy = `script-src 'unsafe-inline' ${origin}`;
      const cases = [
        [{ policy }, 'WasmBlocked', /'wasm-unsafe-eval'/],
        [{ before: 'delete globalThis.DecompressionStream;' }, 'DecompressionUnsupported', /entrenar\/url/],
        [{ before: 'delete globalThis.WebAssembly;' }, 'WasmUnsupported', /no WebAssembly/],
        // Its own `code` is a number.
        [{ before: `globalThis.DecompressionStream = class { constructor() { throw new DOMException('out of order', 'AbortError'); } };` }, 'WasmFailed', /out of order/],
      ];
      for (const [page, code, message] of cases) {
        expect(await failure(context, site, 'refused.html', { from, ...page })).toEqual({ code, message: expect.stringMatching(message), isError: true });
      }
    });
  });
});
