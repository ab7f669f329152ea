// Pages whose console throws and whose prototypes are polluted: saving goes on.
import { expect, readSeries, test } from './fixtures/test.js';

/** In the page: logs in every way, has it saved, reads it back; what is wrong with what comes back. */
async function work() {
  const run = await entrenar.WasmRun.new('polluted', { config: { lr: 0.1, layers: [1, 2] }, tags: { team: 'vision' }, run_name: 'named' });
  for (let index = 0; index < 100; index += 1) run.log_metric('loss', index);
  run.log_metrics({ loss: 100, lr: 0 });
  run.log_metrics(new Map([['loss', 101], ['lr', 1]]));
  run.log_series('series', [0, 1, 2]);
  run.log_artifact('model', new Uint8Array([1, 2]));
  run.set_tag('set', 'later');
  await run.flush();
  const storage = await entrenar.WasmStorage.open();
  const record = storage.run(run.run_id());
  const wrong = [];
  const expect = (name, found, expected) => {
    if (String(found) !== String(expected)) wrong.push(`${name}: ${found} instead of ${expected}`);
  };
  expect('config', `${record.config.lr} ${record.config.layers[0]} ${record.config.layers[1]}`, '0.1 1 2');
  expect('tags', `${record.tags.team} ${record.tags.set}`, 'vision later');
  expect('name', record.run_name, 'named');
  expect('pending', run.pending_points(), 0);
  expect('keys', run.list_metric_keys().length, 3);
  expect('loss', (await storage.get_metrics(run.run_id(), 'loss')).value.every((value, index) => value === index), true);
  expect('points', (await storage.get_metrics(run.run_id(), 'loss')).value.length, 102);
  expect('bytes', (await run.get_artifact('model')).length, 2);
  expect('persistent', run.is_persistent(), true);
  await run.finish();
  expect('status', storage.run(run.run_id()).status, 'Success');
  return wrong.concat(run.run_id());
}

/** In the page: what it does to its prototypes. */
const POLLUTIONS = {
  'names of descriptors on Object.prototype': () => {
    for (const name of ['get', 'set', 'value', 'writable', 'enumerable', 'configurable']) Object.prototype[name] = () => 1;
  },
  'names of options on Object.prototype': () => {
    Object.assign(Object.prototype, { database: 'elsewhere', storage: 'memory', config: { polluted: true }, tags: { polluted: 'true' }, run_name: 'polluted' });
  },
  'toJSON on Object.prototype and Array.prototype': () => {
    Object.prototype.toJSON = () => 'polluted';
    Array.prototype.toJSON = () => 'polluted';
    String.prototype.toJSON = () => 'polluted';
    Number.prototype.toJSON = () => 'polluted';
  },
  'an enumerable function on Object.prototype': () => {
    Object.prototype.extend = function () {};
    Array.prototype.extend = function () {};
  },
  'a getter that throws on Object.prototype': () => {
    Object.defineProperty(Object.prototype, 'polluted', {
      configurable: true,
      enumerable: true,
      get() {
        throw new Error('polluted');
      },
    });
  },
  'accessors on Object.prototype named as what records hold': () => {
    for (const name of ['step', 'value', 'timestamp', 'kind', 'code', 'name', 'key', 'count', 'hash', 'size', 'status', 'config', 'tags', 'metrics', 'artifacts',
      'run_id', 'experiment_id', 'created_ms', 'owner', 'handle', 'staging', 'keys', 'values', 'entries', 'cells', 'epoch', 'text', 'run_name', 'team']) {
      Object.defineProperty(Object.prototype, name, {
        __proto__: null,
        configurable: true,
        get: () => 'polluted',
        set() {
          throw new Error(`${name} is polluted`);
        },
      });
    }
  },
  'a frozen Object.prototype': () => {
    Object.freeze(Object.prototype);
    Object.freeze(Array.prototype);
  },
  'a patched Map and Array iteration': () => {
    Map.prototype.forEach = () => {
      throw new Error('patched');
    };
    Object.prototype.hasOwnProperty = () => true;
    Object.prototype.toString = () => '[object Date]';
  },
};

for (const [name, pollute] of Object.entries(POLLUTIONS)) {
  test(`with ${name} everything is kept`, async ({ open }) => {
    const page = await open();
    await page.evaluate(`globalThis.work = ${work}; (${pollute})()`);
    // Playwright's own script in the page would trip over what was done: only text goes in and out.
    const [id, ...wrong] = (await page.evaluate('work().then((wrong) => wrong.reverse().join("\\n"), (error) => `run failed\\n${error.stack}`)')).split('\n');
    expect(wrong).toEqual([]);
    const reader = await open();
    expect((await readSeries(reader, id, 'loss')).steps).toHaveLength(102);
  });
}

test('a console that throws ends neither saving nor the other subscribers', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    for (const method of Object.keys(console)) {
      console[method] = () => {
        throw new Error(`no ${method}`);
      };
    }
    const run = await entrenar.WasmRun.new('no-console');
    const heard = [];
    run.subscribe_metrics(() => {
      throw new Error('a subscriber');
    });
    run.subscribe_metrics((key, value) => heard.push(value));
    for (let index = 0; index < 3; index += 1) run.log_metric('loss', index);
    // In memory, which is said with console.warn.
    const inMemory = await entrenar.WasmRun.new('no-console', { storage: 'memory' });
    inMemory.log_metric('loss', 1);
    await Promise.all([run.flush(), inMemory.flush()]);
    return { heard, pending: run.pending_points(), id: run.run_id() };
  });
  expect(seen).toMatchObject({ heard: [0, 1, 2], pending: 0 });
  expect((await readSeries(await open(), seen.id, 'loss')).values).toEqual([0, 1, 2]);
});

test('a console that throws or is missing keeps no page from falling back to memory', async ({ open }) => {
  const page = await open();
  const seen = await page.evaluate(async () => {
    console.warn = () => {
      throw new Error('no warnings');
    };
    delete globalThis.console;
    Object.defineProperty(globalThis, 'indexedDB', { value: undefined });
    const run = await entrenar.WasmRun.new('no-console', { database: 'nowhere' });
    run.log_metric('loss', 1);
    await run.flush();
    return [run.is_persistent(), run.get_metrics('loss').value.length];
  });
  expect(seen).toEqual([false, 1]);
});

test('a subscriber of the storage that throws while the console throws keeps nothing from being saved', async ({ open }) => {
  const page = await open();
  const id = await page.evaluate(async () => {
    console.error = () => {
      throw new Error('no errors');
    };
    const storage = await entrenar.WasmStorage.open();
    storage.subscribe(() => {
      throw new Error('a subscriber');
    });
    const run = await entrenar.WasmRun.new('no-console');
    for (let round = 0; round < 3; round += 1) {
      run.log_metric('loss', round);
      run.set_tag('round', String(round));
      await run.flush();
    }
    return run.run_id();
  });
  expect((await readSeries(await open(), id, 'loss')).values).toEqual([0, 1, 2]);
});
