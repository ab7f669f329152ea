// `WasmStorage`, as callers see it: each method is a call into wasm.
import { backUp, restoreFrom } from './backup.js';
import { enter } from './entry_points.js';
import { previewCsv } from './csv_preview.js';
import { exportFile, importFile } from './files.js';
import { HoldingClass, notConstructible } from './handles.js';
import { setOwn } from './intrinsics.js';
import { importMlflow, mlflowSyncs, syncMlflow } from './mlflow.js';
import { GivenOptions } from './options.js';

const storages = new HoldingClass('WasmStorage', 'open another with await WasmStorage.open()');
const OPENED = Symbol('opened');

export class WasmStorage {
    constructor(opened) {
        if (opened !== OPENED) throw notConstructible('WasmStorage', 'await WasmStorage.open()');
    }

    static open(options) {
        const given = GivenOptions.ofStorage(options);
        return enter('WasmStorage.open', (entry) => entry.open_storage(given));
    }

    list_experiments() {
        return storages.handle(this, 'list_experiments').list_experiments();
    }

    list_runs(experiment_id) {
        return storages.handle(this, 'list_runs').list_runs(experiment_id);
    }

    list_metric_keys(run_id) {
        return storages.handle(this, 'list_metric_keys').list_metric_keys(run_id);
    }

    experiment(experiment_id) {
        return storages.handle(this, 'experiment').experiment(experiment_id);
    }

    run(run_id) {
        return storages.handle(this, 'run').run(run_id);
    }

    get_metrics(run_id, key) {
        return storages.promise(this, 'get_metrics', (handle) => handle.get_metrics(run_id, key));
    }

    get_metrics_from(run_id, key, first_index) {
        return storages.promise(this, 'get_metrics_from', (handle) => handle.get_metrics_from(run_id, key, first_index));
    }

    get_metrics_downsampled(run_id, key, points) {
        return storages.promise(this, 'get_metrics_downsampled', (handle) => handle.get_metrics_downsampled(run_id, key, points));
    }

    open_curve(run_id, key) {
        return storages.promise(this, 'open_curve', (handle) => handle.open_curve(run_id, key));
    }

    get_artifact(run_id, key) {
        return storages.promise(this, 'get_artifact', (handle) => handle.get_artifact(run_id, key));
    }

    export_runs(run_ids, format, options) {
        return exportFile(() => storages.handle(this, 'export_runs'), run_ids ?? null, format, options);
    }

    export_database(options) {
        return exportFile(() => storages.handle(this, 'export_database'), undefined, 'jsonl', options);
    }

    import_runs(data, options) {
        return importFile(() => storages.handle(this, 'import_runs'), data, options);
    }

    preview_csv(data, options) {
        return previewCsv(() => storages.handle(this, 'preview_csv'), data, options);
    }

    sync_mlflow(run_id, options) {
        return storages.promise(this, 'sync_mlflow', (handle) => syncMlflow(handle, run_id, options));
    }

    mlflow_syncs(run_id) {
        return storages.promise(this, 'mlflow_syncs', (handle) => mlflowSyncs(handle, run_id));
    }

    import_mlflow(mlflow_run_id, options) {
        return storages.promise(this, 'import_mlflow', (handle) => importMlflow(handle, mlflow_run_id, options));
    }

    back_up(directory, options) {
        return backUp(() => storages.handle(this, 'back_up'), directory, options);
    }

    restore(directory, options) {
        return restoreFrom(() => storages.handle(this, 'restore'), directory, options);
    }

    refresh() {
        return storages.promise(this, 'refresh', (handle) => handle.refresh());
    }

    rename_run(run_id, name) {
        return storages.promise(this, 'rename_run', (handle) => handle.rename_run(run_id, name));
    }

    set_tag(run_id, key, value) {
        return storages.promise(this, 'set_tag', (handle) => handle.set_tag(run_id, key, value));
    }

    remove_tag(run_id, key) {
        return storages.promise(this, 'remove_tag', (handle) => handle.remove_tag(run_id, key));
    }

    delete_run(run_id) {
        return storages.promise(this, 'delete_run', (handle) => handle.delete_run(run_id));
    }

    delete_experiment(experiment_id) {
        return storages.promise(this, 'delete_experiment', (handle) => handle.delete_experiment(experiment_id));
    }

    estimate() {
        return storages.promise(this, 'estimate', (handle) => handle.estimate());
    }

    request_persistence() {
        return storages.promise(this, 'request_persistence', (handle) => handle.request_persistence());
    }

    subscribe(callback) {
        return storages.handle(this, 'subscribe').subscribe(callback);
    }

    is_persistent() {
        return storages.handle(this, 'is_persistent').is_persistent();
    }

    close() {
        return storages.promise(this, 'close', (handle) => handle.close());
    }

    free() {
        storages.held(this, 'free').free();
    }
}

/** For `await using`: what this page logged is on disk, and the object is freed. */
async function disposeAsync() {
    const held = storages.held(this, '[Symbol.asyncDispose]');
    try {
        await held.handle?.close();
    } finally {
        held.free();
    }
}

// Engines that have no such symbols have no `using` either.
if (Symbol.dispose) setOwn(WasmStorage.prototype, Symbol.dispose, WasmStorage.prototype.free, false);
if (Symbol.asyncDispose) setOwn(WasmStorage.prototype, Symbol.asyncDispose, disposeAsync, false);

/** For wasm: the storage that a handle stands for. */
export function open_storage(handle) {
    return storages.give(new WasmStorage(OPENED), handle, undefined);
}
