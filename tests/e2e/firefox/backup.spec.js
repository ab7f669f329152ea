// Backups in Firefox, into its origin private file system: pages cannot write into other folders there.
import { expect, test } from '../fixtures/firefox.js';

test('a backup is made, added to and restored into another database', async ({ firefox, site }) => {
  const tab = await firefox.open(site.formats);
  const seen = await firefox.evaluate(tab, async () => {
    const { WasmRun, WasmStorage } = entrenar;
    const directory = await (await navigator.storage.getDirectory()).getDirectoryHandle('chosen', { create: true });
    const run = await WasmRun.new('mnist', { run_name: 'first' });
    run.log_series('loss', Float64Array.from({ length: 50_000 }, (_, index) => index / 3));
    run.log_artifact('weights', new Uint8Array([1, 2, 3]));
    const storage = await WasmStorage.open();
    const first = await storage.back_up(directory);
    run.log_metric('loss', 7);
    const second = await storage.back_up(directory);
    await storage.delete_run(run.run_id());
    // The backup does not know yet that it was deleted on purpose.
    const [id, ...others] = await storage.restore(directory);
    const { step, value } = await storage.get_metrics(id, 'loss');
    const artifact = [...(await storage.get_artifact(id, 'weights'))];
    return { points: [first.points, second.points], others, length: step.length, last: value.at(-1), third: value[1], artifact };
  });
  expect(seen).toEqual({ points: [50_000, 1], others: [], length: 50_001, last: 7, third: 1 / 3, artifact: [1, 2, 3] });
});
