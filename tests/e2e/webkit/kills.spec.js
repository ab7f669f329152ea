// In WebKit too, a kill loses nothing that was confirmed.
import { expect, test } from '../fixtures/webkit.js';

const COUNT = 10_000;
const ROUNDS = 5;

const KILLS = {
  'page process': (killable) => killable.killProcesses('page'),
  browser: (killable) => killable.kill(),
};

for (const [victim, kill] of Object.entries(KILLS)) {
  test(`a killed ${victim} loses nothing that flush() confirmed`, async ({ killable }) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const runId = await killable.evaluate(async (count) => {
        globalThis.run = await entrenar.WasmRun.new('killed');
        for (let index = 0; index < count; index += 1) {
          run.log_metric('loss', index / 3);
          if (index % 2_500 === 0) await run.flush();
        }
        await run.flush();
        return run.run_id();
      }, COUNT);
      await kill(killable);
      // The window of a dead page has nothing to show.
      await killable.kill();
      await killable.start();
      expect(await killable.count(runId)).toEqual({ stored: COUNT, wrong: 0 });
    }
  });
}

test('a killed browser keeps the status that finish() confirmed, and of a run that logged on the last quarter of a second is lost at most', async ({ killable }) => {
  const [ended, left] = await killable.evaluate(async (count) => {
    const ended = await entrenar.WasmRun.new('ended');
    for (let index = 0; index < count; index += 1) ended.log_metric('loss', index / 3);
    await ended.finish();
    globalThis.run = await entrenar.WasmRun.new('left');
    globalThis.logged = 0;
    setInterval(() => run.log_metric('loss', logged++ / 3), 1);
    return [ended.run_id(), run.run_id()];
  }, COUNT);
  const old = await killable.evaluate(async () => {
    while (logged < 300) await new Promise((resolve) => setTimeout(resolve, 5));
    const old = logged;
    await new Promise((resolve) => setTimeout(resolve, 250));
    return old;
  });
  await killable.kill();
  await killable.start();
  expect(await killable.count(ended)).toEqual({ stored: COUNT, wrong: 0 });
  const { stored, wrong } = await killable.count(left);
  expect(wrong).toBe(0);
  expect(stored).toBeGreaterThanOrEqual(old);
  const status = await killable.evaluate(async (id) => (await entrenar.WasmStorage.open()).run(id).status, ended);
  expect(status).toBe('Success');
});
