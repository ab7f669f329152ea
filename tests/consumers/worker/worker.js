// Training in a module worker: logs 1 000 points and reports.
import init, { WasmRun } from '/pkg/entrenar.js';

await init();
const run = await WasmRun.new('from-worker');

onmessage = async ({ data: question }) => {
  if (question === 'train') {
    for (let step = 0; step < 1000; step += 1) run.log_metric('loss', 1 / (step + 1));
    await run.flush();
    postMessage({ run_id: run.run_id(), persistent: run.is_persistent(), pending: run.pending_points() });
  }
};
postMessage('ready');
