// The process that keeps WebKit's databases is killed ("Connection to Indexed Database server lost"): pages stay, and their connections
// are dead.
import { expect, test } from '../fixtures/webkit.js';

/** A page with a run that is on disk up to its thousandth point, and a list of the changes it hears of; returns the run's id. */
function begin(killable) {
  return killable.evaluate(async () => {
    globalThis.run = await entrenar.WasmRun.new('database process');
    globalThis.changes = [];
    const storage = await entrenar.WasmStorage.open();
    storage.subscribe((change) => changes.push(change));
    globalThis.log = (from, to) => {
      for (let index = from; index < to; index += 1) run.log_metric('loss', index / 3);
    };
    log(0, 1_000);
    await run.flush();
    return run.run_id();
  });
}

test('a page whose database process was killed saves again, or says that it cannot and loses nothing with a reload', async ({ killable }) => {
  const runId = await begin(killable);
  await killable.killProcesses('database');
  await killable.evaluate(() => log(1_000, 1_100));
  // Either is an answer; silence is none.
  const answered = () => killable.evaluate(() => run.pending_points() === 0 || changes.some(({ kind }) => kind === 'degraded'));
  await expect.poll(answered).toBe(true);
  await killable.evaluate(() => log(1_100, 1_200));
  killable.leave(() => location.reload());
  await expect.poll(() => killable.count(runId)).toEqual({ stored: 1_200, wrong: 0 });
});

test('a flush under way when the database process is killed ends', async ({ killable }) => {
  const runId = await begin(killable);
  await killable.evaluate(() => {
    log(1_000, 200_000);
    globalThis.outcome = run.flush().then(() => 'stored', (error) => error.code);
  });
  await killable.killProcesses('database');
  expect(await killable.evaluate(() => outcome)).toMatch(/^[A-Za-z]+$/);
  killable.leave(() => location.reload());
  await expect.poll(() => killable.count(runId), { timeout: 30_000 }).toEqual({ stored: 200_000, wrong: 0 });
});

test('no database is silently kept in memory because the database process was killed', async ({ killable }) => {
  await begin(killable);
  await killable.killProcesses('database');
  const outcome = await killable.evaluate(async () => {
    try {
      const run = await entrenar.WasmRun.new('another', { database: 'another' });
      return run.is_persistent() ? 'persistent' : 'in memory';
    } catch (error) {
      return error.code;
    }
  });
  // Either it works, or it is refused with a code.
  expect(outcome).toMatch(/^[A-Za-z]+$/);
});
