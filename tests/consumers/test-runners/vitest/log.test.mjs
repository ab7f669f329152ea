import { WasmRun, WasmStorage } from 'entrenar';
import { expect, test } from 'vitest';

test('what a test logs is read back', async () => {
  const run = await WasmRun.new('tested');
  run.log_metric('loss', 0.5);
  await run.finish();
  const storage = await WasmStorage.open();
  expect([...(await storage.get_metrics(run.run_id(), 'loss')).value]).toEqual([0.5]);
  expect(run.is_persistent()).toBe(false);
});
