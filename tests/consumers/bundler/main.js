// The bundler package needs no init(): the bundler loads the wasm like any other module.
import { WasmRun } from 'entrenar';

const run = await WasmRun.new('from-bundler');
run.log_metric('loss', 0.5);
await run.finish();
document.getElementById('metrics').textContent = run.get_metrics_json();
