// Trains in a worker. The page is told the run's id, and reads the run from the database.
import init, { WasmRun } from '../pkg/entrenar.js';

await init();
const run = await WasmRun.new('annealing', { tags: { where: 'worker' } });
postMessage({ runId: run.run_id() });

for (let epoch = 0; epoch < 50; epoch += 1) {
  run.log_metric('loss', Math.exp(-epoch / 10));
  await new Promise((resolve) => setTimeout(resolve, 10));
}
// A worker gets no event before it ends: what it logged is safe when this resolves.
await run.finish();
postMessage({ finished: true });
