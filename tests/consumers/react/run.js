// One run a page, whatever StrictMode mounts twice and a hot edit replaces: it belongs to the module, not to a component.
import { WasmRun } from 'entrenar';

let run;

export const openRun = () => (run ??= WasmRun.new('hot'));
