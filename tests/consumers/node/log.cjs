// A training script in Node.js: logs a run in memory and says what it sees as one line of JSON.
const { WasmRun, WasmStorage } = require('entrenar');

async function main() {
  const run = await WasmRun.new('from-node');
  const second = await WasmRun.new('from-node');
  const heard = [];
  run.subscribe_metrics((key, value, step) => heard.push([key, value, step]));
  run.log_metric('loss', 0.5);
  run.log_metric('loss', 0.25);
  second.log_metric('loss', 1);
  await run.flush();
  await run.finish();
  const metrics = JSON.parse(run.get_metrics_json());
  const storage = await WasmStorage.open();
  console.log(
    JSON.stringify({
      ids: [run.run_id(), second.run_id(), run.experiment_id(), second.experiment_id()],
      persistent: run.is_persistent(),
      status: run.status(),
      // As consoles show what they are given.
      classes: [run.constructor.name, storage.constructor.name],
      values: metrics.loss.map(({ step, value }) => [step, value]),
      heard,
      experiments: storage.list_experiments(),
    }),
  );
}

main();
