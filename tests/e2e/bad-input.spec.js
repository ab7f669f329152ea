// Every method, given any JavaScript value: it works, or it throws an Error with a code; and the run goes on working.
import { argumentLists, armed, expectOnlyReports } from './fixtures/hostile.js';
import { CURVE_METHODS, FILE_METHODS, RUN_METHODS, STATIC_METHODS, STORAGE_METHODS } from './fixtures/methods.js';
import { expect, test } from './fixtures/test.js';

test.describe('a run given any value goes on working:', () => {
  for (const [method, valid] of Object.entries(RUN_METHODS)) {
    test(method, async ({ open, problems }) => {
      const page = await armed(open);
      const complaints = await page.evaluate(
        async ([method, lists]) => {
          const fresh = () => entrenar.WasmRun.new('attacked');
          const shared = await fresh();
          const ends = ['finish', 'fail', 'cancel'].includes(method);
          return attack(ends ? fresh : () => shared, method, lists, checkRun);
        },
        [method, argumentLists(method, valid)],
      );
      expect(complaints).toEqual([]);
      expectOnlyReports(problems);
    });
  }
});

test.describe('a storage given any value goes on working:', () => {
  for (const [method, valid] of Object.entries(STORAGE_METHODS)) {
    test(method, async ({ open, site, problems }) => {
      const page = await armed(open, FILE_METHODS.includes(method) ? site.formats : site.blank);
      const complaints = await page.evaluate(
        async ([method, lists]) => {
          const fresh = () => entrenar.WasmStorage.open();
          const shared = await fresh();
          return attack(method === 'close' ? fresh : () => shared, method, lists, async () => {
            const other = await fresh();
            const { value } = await other.get_metrics('run-0', 'kept');
            await other.close();
            return value[0] === 1 ? [] : ['afterwards the points are gone'];
          });
        },
        [method, argumentLists(method, valid)],
      );
      expect(complaints).toEqual([]);
      expectOnlyReports(problems);
    });
  }
});

test.describe('a curve given any value goes on working:', () => {
  for (const [method, valid] of Object.entries(CURVE_METHODS)) {
    test(method, async ({ open, problems }) => {
      const page = await armed(open);
      const complaints = await page.evaluate(
        async ([method, lists]) => {
          const shared = entrenar.WasmCurve.of({ step: [0, 1], value: [1, 2], timestamp: [1, 2] });
          return attack(() => shared, method, lists, async () => {
            const { y } = shared.window({ width: 2 });
            return y[0] === 1 && y[1] === 2 ? [] : ['afterwards the points are gone'];
          });
        },
        [method, argumentLists(method, valid)],
      );
      expect(complaints).toEqual([]);
      expectOnlyReports(problems);
    });
  }
});

test.describe('opening with any value leaves the next one working:', () => {
  for (const [method, valid] of Object.entries(STATIC_METHODS)) {
    test(method, async ({ open, problems }) => {
      const page = await armed(open);
      const complaints = await page.evaluate(
        async ([method, lists, path]) => {
          const [type, name] = path;
          return attack(() => entrenar[type], name, lists, async () => {
            const run = await entrenar.WasmRun.new('next');
            const complaints = await checkRun(run);
            run.free();
            return complaints;
          });
        },
        [method, argumentLists(method, valid), method.split('.')],
      );
      expect(complaints).toEqual([]);
      expectOnlyReports(problems);
    });
  }
});

test('the table names every method there is', async ({ open }) => {
  const page = await open();
  const names = await page.evaluate(() => {
    const methods = (prototype) => Object.getOwnPropertyNames(prototype).filter((name) => !name.startsWith('__'));
    const { WasmRun, WasmStorage, WasmCurve } = entrenar;
    const statics = (type) => Object.getOwnPropertyNames(type)
      .filter((name) => typeof type[name] === 'function' && !name.startsWith('__'))
      .map((name) => `${type.name}.${name}`);
    return {
      run: methods(WasmRun.prototype),
      storage: methods(WasmStorage.prototype),
      curve: methods(WasmCurve.prototype),
      statics: [...statics(WasmRun), ...statics(WasmStorage), ...statics(WasmCurve)],
    };
  });
  const rest = ['constructor', 'free'];
  expect(names.run.filter((name) => !rest.includes(name)).toSorted()).toEqual(Object.keys(RUN_METHODS).toSorted());
  expect(names.storage.filter((name) => !rest.includes(name)).toSorted()).toEqual(Object.keys(STORAGE_METHODS).toSorted());
  expect(names.curve.filter((name) => !rest.includes(name)).toSorted()).toEqual(Object.keys(CURVE_METHODS).toSorted());
  expect(names.statics.toSorted()).toEqual(Object.keys(STATIC_METHODS).toSorted());
});

test('numbers where text belongs, and steps out of range, are refused with the right kind of error', async ({ open }) => {
  const page = await open();
  const kinds = await page.evaluate(async () => {
    const run = await entrenar.WasmRun.new('kinds');
    return [
      () => run.log_metric(7, 1),
      () => run.log_metric('loss', '1'),
      () => run.log_metric('loss', 10n),
      () => run.log_metric('loss'),
      () => run.log_metric_at('loss', -1, 1),
      () => run.log_metric_at('loss', 1.5, 1),
      () => run.log_metric_at('loss', 2 ** 53, 1),
      () => run.log_metric_at('loss', '1', 1),
      () => run.subscribe_metrics('listener'),
    ].map((call) => {
      try {
        call();
        return 'worked';
      } catch (error) {
        return error.name;
      }
    });
  });
  expect(kinds).toEqual([
    'TypeError', 'TypeError', 'TypeError', 'TypeError',
    'RangeError', 'RangeError', 'RangeError', 'TypeError',
    'TypeError',
  ]);
});
