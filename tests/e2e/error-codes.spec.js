// What a method fails with is what its documentation says it fails with.
import { documentedCodes } from './fixtures/documented-codes.js';
import { CURVE_METHODS, RUN_METHODS, STORAGE_METHODS } from './fixtures/methods.js';
import { expect, test } from './fixtures/test.js';

/** In the page: the codes that each method of `target` fails with. */
async function codesOf(target, methods) {
  const codes = {};
  for (const [method, source] of Object.entries(methods)) {
    try {
      await target[method](...new Function(`return ${source}`)());
    } catch (error) {
      codes[`${target.constructor.name}.${method}`] = error.code;
    }
  }
  return codes;
}

async function expectDocumented(failures, states) {
  const documented = await documentedCodes();
  expect(Object.keys(failures).toSorted()).toEqual(states.toSorted());
  const undocumented = Object.entries(failures).flatMap(([state, codes]) => {
    expect(Object.keys(codes), state).not.toEqual([]);
    const surprising = Object.entries(codes).filter(([method, code]) => !documented[method].includes(code));
    return surprising.map(([method, code]) => `${method}, ${state}: ${code}`);
  });
  expect(undocumented).toEqual([]);
}

test('every method says with which codes it fails once its object is freed, closed, ended or deleted', async ({ open, problems }) => {
  const page = await open();
  await page.evaluate(`globalThis.codesOf = ${codesOf}`);
  const failures = await page.evaluate(async ({ runMethods, storageMethods, curveMethods }) => {
    const { WasmCurve, WasmRun, WasmStorage } = entrenar;
    const failures = {};
    const tried = async (state, target, methods) => {
      failures[state] = { ...failures[state], ...(await codesOf(target, methods)) };
    };
    const storage = await WasmStorage.open();
    await tried('empty', storage, { ...storageMethods, close: '[]', delete_run: `['run-0']`, delete_experiment: `['exp-0']` });
    const another = () => WasmRun.new('codes');

    const ended = await another();
    await ended.cancel();
    await tried('ended', ended, { ...runMethods, fail: '[]' });

    const reader = await WasmStorage.open();
    const deleted = await another();
    await reader.delete_run(deleted.run_id());
    await tried('deleted', deleted, runMethods);

    const freed = await another();
    freed.free();
    await tried('freed', freed, runMethods);
    const curve = WasmCurve.of({ step: [0], value: [1], timestamp: [1] });
    curve.free();
    await tried('freed', curve, curveMethods);
    const gone = await WasmStorage.open();
    gone.free();
    await tried('freed', gone, storageMethods);

    const closed = await WasmStorage.open();
    const drawn = await closed.open_curve(ended.run_id(), 'loss');
    await closed.close();
    await tried('closed', closed, storageMethods);
    await tried('closed', drawn, { refresh: '[]' });
    await tried('unknown', reader, { ...storageMethods, list_runs: `['exp-9']`, experiment: `['exp-9']`, run: `['run-9']`, get_artifact: `['${ended.run_id()}', 'none']` });
    return failures;
  }, { runMethods: RUN_METHODS, storageMethods: STORAGE_METHODS, curveMethods: CURVE_METHODS });
  await expectDocumented(failures, ['empty', 'ended', 'deleted', 'freed', 'closed', 'unknown']);
  problems.clear();
});

test('every method of a run says with which codes it fails once another tab has the run', async ({ open, problems }) => {
  const [owner, other] = [await open(), await open()];
  const id = await owner.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('taken');
    run.log_metric('loss', 1);
    await run.flush();
    return run.run_id();
  });
  await owner.evaluate(`globalThis.codesOf = ${codesOf}`);
  await other.evaluate(async (id) => {
    globalThis.run = await entrenar.WasmRun.resume(id);
    await run.flush();
  }, id);
  // Until it has been told.
  await expect.poll(() => owner.evaluate(() => run.flush().catch(({ code }) => code))).toBe('RunTakenOver');
  const lost = await owner.evaluate((methods) => codesOf(run, methods), RUN_METHODS);
  await expectDocumented({ lost }, ['lost']);
  expect(lost['WasmRun.log_metric']).toBe('RunTakenOver');
  problems.clear();
});
