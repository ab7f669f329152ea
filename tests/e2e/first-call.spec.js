// The first call of a page loads the wasm. What is passed to it is what it was at the call, as with every later one.
import { expect, test } from './fixtures/test.js';

/** Pages in which the npm package is imported and nothing of it is loaded yet. */
const FRESH = `<!doctype html><html lang="en"><meta charset="utf-8"><title>fresh</title><script type="module">
  import init, * as entrenar from '/npm/entrenar.js';
  Object.assign(globalThis, { init, entrenar });
</script></html>`;

test.beforeEach(({ site, problems }) => {
  void problems;
  site.add('fresh.html', FRESH);
});

async function fresh(context, site) {
  const page = await context.newPage();
  await page.goto(`${site.origin}/fresh.html`);
  await page.waitForFunction(() => 'entrenar' in globalThis);
  return page;
}

test('options that are changed after the call that loads the package are taken as they were', async ({ context, site }) => {
  const begun = {
    new: (options) => `entrenar.WasmRun.new('x', ${options})`,
    resume_or_new: (options) => `entrenar.WasmRun.resume_or_new(null, 'x', ${options})`,
  };
  for (const [method, call] of Object.entries(begun)) {
    const page = await fresh(context, site);
    const found = await page.evaluate(`(async () => {
      const options = { database: '${method}', run_name: 'at the call', config: { lr: 1, layers: [64, { units: 32 }] }, tags: { kind: 'at the call' } };
      const promise = ${call('options')};
      options.config.lr = 9;
      options.config.layers[1].units = 9;
      options.config = options.run_name = options.tags.kind = 'later';
      options.database = 'another';
      const run = await promise;
      const storage = await entrenar.WasmStorage.open({ database: '${method}' });
      const { config, run_name, tags } = storage.run(run.run_id());
      return { config, run_name, tags };
    })()`);
    expect(found, method).toEqual({ config: { lr: 1, layers: [64, { units: 32 }] }, run_name: 'at the call', tags: { kind: 'at the call' } });
    await page.close();
  }
});

test('the database that is opened or resumed from is the one that was named at the call', async ({ context, site }) => {
  const first = await fresh(context, site);
  const id = await first.evaluate(async () => {
    const run = await entrenar.WasmRun.new('kept', { database: 'mine' });
    await run.flush();
    return run.run_id();
  });
  await first.close();
  const resumed = await fresh(context, site);
  expect(await resumed.evaluate(async (id) => {
    const options = { database: 'mine' };
    const promise = entrenar.WasmRun.resume(id, options);
    options.database = 'another';
    return (await promise).run_id();
  }, id)).toBe(id);
  const opened = await fresh(context, site);
  expect(await opened.evaluate(async () => {
    const options = { database: 'mine' };
    const promise = entrenar.WasmStorage.open(options);
    options.database = 'another';
    const storage = await promise;
    return storage.list_experiments().map((id) => storage.experiment(id).name);
  })).toEqual(['kept']);
});

test('what cannot be taken is refused by the first call with the error of every later one', async ({ context, site }) => {
  const lists = [
    `['x', 5]`, `['x', 'text']`, `['x', Symbol('x')]`, `['x', () => 1]`, `['x', []]`, `['x', new Map()]`,
    `['x', { databse: 'mine' }]`, `['x', { get config() { throw new Error('of its own'); } }]`, `['x', { get run_name() { throw undefined; } }]`,
    `['x', { config: cyclic }]`, `['x', { config: Symbol('x') }]`, `['x', { config: { a: [1n] } }]`, `['x', { config: { deep: [{ lr: NaN }] } }]`,
    `['x', { config: new Map() }]`, `['x', { config: { a: 'x'.repeat(5e6) } }]`, `['x', { config: { a: '\\u00e9'.repeat(3e6) } }]`, `['x', { config: { a: '\\ud800' } }]`,
    `['x', { config: { get a() { throw new Error('within'); } } }]`, `['x', { tags: 5 }]`, `['x', { tags: { a: Symbol('x') } }]`, `['x', { tags: new Map([[{}, 1]]) }]`,
    `['x', { tags: { get a() { throw new Error('within'); } } }]`, `['x', { database: '' }]`, `['x', { database: 7 }]`, `['x', { storage: 'cookies' }]`, `['x', { run_name: '\\ud800' }]`,
    `['x', new Proxy({}, { ownKeys() { throw new Error('a trap'); } })]`, `['x', new Proxy({}, { getPrototypeOf() { throw new Error('a trap'); } })]`,
    // Of several things that are wrong, the same one is named.
    `[7, { config: cyclic }]`, `['x', { run_name: 5, config: cyclic }]`, `['x', { config: cyclic, tags: 5 }]`, `['x', { tags: 5, database: 7 }]`, `['\\ud800', { databse: 1 }]`,
    `[]`,
  ];
  const page = await fresh(context, site);
  const outcomes = await page.evaluate(async (lists) => {
    const inFrame = async (source) => {
      const frame = document.createElement('iframe');
      frame.src = '/fresh.html';
      await new Promise((resolve) => {
        frame.onload = resolve;
        document.body.append(frame);
      });
      const outcome = await new frame.contentWindow.Function('source', `return (async () => {
        const cyclic = {};
        cyclic.self = cyclic;
        const make = () => new Function('cyclic', 'return ' + source)(cyclic);
        const tried = (call) => call().then(() => 'worked', (error) => [error instanceof Error, error.name, error.code, error.message]);
        const before = await tried(() => entrenar.WasmRun.new(...make()));
        await init();
        return [before, await tried(() => entrenar.WasmRun.new(...make()))];
      })()`)(source);
      frame.remove();
      return outcome;
    };
    const outcomes = [];
    for (const source of lists) outcomes.push([source, ...(await inFrame(source))]);
    return outcomes;
  }, lists);
  for (const [source, before, after] of outcomes) {
    expect(before, source).toEqual(after);
    expect(after, source).toEqual([true, expect.stringMatching(/^(Type|Range)Error$/), 'InvalidArgument', expect.any(String)]);
  }
});

test('options of another realm, of a class and without a prototype are taken by the first call', async ({ context, site }) => {
  const found = [];
  for (const source of [
    `(() => { const frame = document.body.appendChild(document.createElement('iframe')); return frame.contentWindow.eval('({ run_name: "given", config: { lr: [1] }, tags: new Map([["a", "b"]]) })'); })()`,
    `new (class Settings { run_name = 'given'; config = { lr: [1] }; tags = new Map([['a', 'b']]); learning_rate = 1; })()`,
    `Object.assign(Object.create(null), { run_name: 'given', config: { lr: [1] }, tags: { a: 'b' } })`,
    `Object.freeze({ get run_name() { return 'given'; }, config: { toJSON: () => ({ lr: [1] }) }, tags: { a: 'b' } })`,
  ]) {
    const page = await fresh(context, site);
    found.push(await page.evaluate(`(async () => {
      const run = await entrenar.WasmRun.new('x', ${source});
      const { run_name, config, tags } = (await entrenar.WasmStorage.open()).run(run.run_id());
      return { run_name, config, tags };
    })()`));
    await page.close();
  }
  expect(found).toEqual(Array(4).fill({ run_name: 'given', config: { lr: [1] }, tags: { a: 'b' } }));
});
