// In WebKit too, a kill loses nothing that was confirmed.
import { expect, test } from '../fixtures/webkit.js';

const COUNT = 10_000;
const ROUNDS = 5;

const KILLS = {
  'page process': (mortal) => mortal.killProcesses('page'),
  browser: (mortal) => mortal.kill(),
};

for (const [victim, kill] of Object.entries(KILLS)) {
  test(`a killed ${victim} loses nothing that flush() confirmed`, async ({ mortal }) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const runId = await mortal.evaluate(async (count) => {
        globalThis.run = await entrenar.WasmRun.new('killed');
        for (let index = 0; index < count; index += 1) {
          run.log_metric('loss', index / 3);
          if (index % 2_500 === 0) await run.flush();
        }
        await run.flush();
        return run.run_id();
      }, COUNT);
      await kill(mortal);
      // The window of a dead page has nothing to show.
      await mortal.kill();
      await mortal.start();
      expect(await mortal.count(runId)).toEqual({ stored: COUNT, wrong: 0 });
    }
  });
}

test('a killed browser keeps the status that finish() confirmed, and of a run that logged on the last quarter of a second is lost at most', async ({ mortal }) => {
  const [ended, left] = await mortal.evaluate(async (count) => {
    const ended = await entrenar.WasmRun.new('ended');
    for (let index = 0; index < count; index += 1) ended.log_metric('loss', index / 3);
    await ended.finish();
    globalThis.run = await entrenar.WasmRun.new('left');
    globalThis.logged = 0;
    setInterval(() => run.log_metric('loss', logged++ / 3), 1);
    return [ended.run_id(), run.run_id()];
  }, COUNT);
  const old = await mortal.evaluate(async () => {
    while (logged < 300) await new Promise((resolve) => setTimeout(resolve, 5));
    const old = logged;
    await new Promise((resolve) => setTimeout(resolve, 250));
    return old;
  });
  await mortal.kill();
  await mortal.start();
  expect(await mortal.count(ended)).toEqual({ stored: COUNT, wrong: 0 });
  const { stored, wrong } = await mortal.count(left);
  expect(wrong).toBe(0);
  expect(stored).toBeGreaterThanOrEqual(old);
  const status = await mortal.evaluate(async (id) => (await entrenar.WasmStorage.open()).run(id).status, ended);
  expect(status).toBe('Success');
});
