// Serves the package, the built dashboard, the benchmark's page and the peers, isolated as SQLite on OPFS needs it.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const repository = join(here, '../..');

const MIME = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

const DIRECTORIES = {
  // ENTRENAR_PKG: another build of the package, such as one with the names that a profile shows.
  '/pkg/': process.env.ENTRENAR_PKG ?? join(repository, 'pkg'),
  '/pkg-npm/': join(repository, 'target/pkg-npm'),
  '/dashboard/': join(repository, 'www/dist'),
  '/page/': join(here, 'page'),
  '/node_modules/': join(here, 'node_modules'),
};

const document = (body) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>bench</title></head><body>${body}</body></html>`;

const PAGES = {
  '/bench.html': document('<script type="module" src="/page/main.js"></script>'),
  '/dashboard.html': document('<script type="module" src="/page/dashboard.js"></script>'),
  '/uplot.html': document('<script type="module" src="/page/uplot.js"></script>'),
  '/favicon.ico': '',
};

const HEADERS = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

async function bundled(path) {
  const { outputFiles } = await build({ entryPoints: [join(here, path)], bundle: true, format: 'esm', minify: true, write: false });
  return outputFiles[0].text;
}

function fileOf(pathname) {
  for (const [prefix, directory] of Object.entries(DIRECTORIES)) {
    if (!pathname.startsWith(prefix)) continue;
    const file = normalize(join(directory, pathname.slice(prefix.length)));
    return file.startsWith(directory) ? file : undefined;
  }
  return undefined;
}

async function contentOf(pathname, pages) {
  if (pathname in pages) return pages[pathname];
  const file = fileOf(decodeURIComponent(pathname));
  return file && readFile(file).catch(() => undefined);
}

/** Starts the server; `origin` is where it is. */
export async function serve() {
  const pages = { ...PAGES, '/bundled/rxdb.js': await bundled('page/peers/rxdb.js') };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const content = await contentOf(pathname, pages);
    const type = MIME[extname(pathname)] ?? 'application/octet-stream';
    response.writeHead(content === undefined ? 404 : 200, { ...HEADERS, 'content-type': type }).end(content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
