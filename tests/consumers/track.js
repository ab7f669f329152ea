// What every application here does: says what the last run had logged, if there is one, and logs another.
import { WasmRun, WasmStorage } from 'entrenar';

export async function track() {
  const storage = await WasmStorage.open();
  const [experiment] = storage.list_experiments();
  const found = experiment ? await storage.get_metrics(storage.list_runs(experiment)[0], 'loss') : undefined;
  const run = await WasmRun.new('installed');
  run.log_metric('loss', 0.5);
  await run.finish();
  return JSON.stringify({ found: found && [...found.value], persistent: run.is_persistent() });
}
