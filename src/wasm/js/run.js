// `WasmRun`, as callers see it. Logging goes to staging where it can; everything else is a call into wasm.
import { enter } from './entry_points.js';
import { HoldingClass, notConstructible } from './handles.js';
import { setOwn } from './intrinsics.js';
import { named_values } from './named_values.js';

const runs = new HoldingClass('WasmRun', 'go on with await WasmRun.resume(run_id), or begin another with await WasmRun.new(…)');
// A constant of its own, for the sake of the calls that are made for every point.
const HELD = runs.key;
const OPENED = Symbol('opened');

export class WasmRun {
    constructor(opened) {
        if (opened !== OPENED) throw notConstructible('WasmRun', 'await WasmRun.new(experiment_name), without a second new');
    }

    static new(experiment_name, options) {
        return enter('WasmRun.new', (entry) => entry.begin_run(experiment_name, options));
    }

    static resume(run_id, options) {
        return enter('WasmRun.resume', (entry) => entry.resume_run(run_id, options));
    }

    static resume_or_new(run_id, experiment_name, options) {
        return enter('WasmRun.resume_or_new', (entry) => entry.resume_or_begin_run(run_id, experiment_name, options));
    }

    // The methods that are called for every point capture nothing in a closure: that would cost each call as much as all else.
    log_metric(key, value) {
        if (!stagingOf(this)?.point(key, -1, value)) log(this, 'log_metric', key, value);
    }

    log_metric_at(key, step, value) {
        if (!stagingOf(this)?.pointAt(key, step, value)) log(this, 'log_metric_at', key, step, value);
    }

    log_metrics(values, step) {
        // Reading what is the caller's may run code of the caller's, so that it comes before all else.
        const named = named_values('values', values);
        if (!stagingOf(this)?.points(named.keys, named.values, step)) log(this, 'log_metrics', named.keys, named.values, step);
    }

    log(values, step) {
        const named = named_values('values', values);
        if (!stagingOf(this)?.pointsOfRun(named.keys, named.values, step)) log(this, 'log', named.keys, named.values, step);
    }

    log_series(key, values, first_step) {
        log(this, 'log_series', key, values, first_step);
    }

    log_artifact(key, data) {
        return runs.handle(this, 'log_artifact').log_artifact(key, data);
    }

    get_artifact(key) {
        return runs.promise(this, 'get_artifact', (handle) => handle.get_artifact(key));
    }

    set_tag(key, value) {
        runs.handle(this, 'set_tag').set_tag(key, value);
    }

    remove_tag(key) {
        runs.handle(this, 'remove_tag').remove_tag(key);
    }

    set_span_id(id) {
        runs.handle(this, 'set_span_id').set_span_id(id);
    }

    get_span_id() {
        return runs.handle(this, 'get_span_id').get_span_id();
    }

    get_metrics_json() {
        return runs.handle(this, 'get_metrics_json').get_metrics_json();
    }

    get_metrics(key) {
        return runs.handle(this, 'get_metrics').get_metrics(key);
    }

    list_metric_keys() {
        return runs.handle(this, 'list_metric_keys').list_metric_keys();
    }

    subscribe_metrics(callback) {
        return runs.handle(this, 'subscribe_metrics').subscribe_metrics(callback);
    }

    run_id() {
        return runs.handle(this, 'run_id').run_id();
    }

    experiment_id() {
        return runs.handle(this, 'experiment_id').experiment_id();
    }

    current_step(key) {
        return runs.handle(this, 'current_step').current_step(key);
    }

    status() {
        return runs.handle(this, 'status').status();
    }

    is_finished() {
        return runs.handle(this, 'is_finished').is_finished();
    }

    is_persistent() {
        return runs.handle(this, 'is_persistent').is_persistent();
    }

    pending_points() {
        return runs.handle(this, 'pending_points').pending_points();
    }

    flush() {
        return runs.promise(this, 'flush', (handle) => handle.flush());
    }

    finish() {
        return runs.promise(this, 'finish', (handle) => handle.finish());
    }

    fail() {
        return runs.promise(this, 'fail', (handle) => handle.fail());
    }

    cancel() {
        return runs.promise(this, 'cancel', (handle) => handle.cancel());
    }

    free() {
        runs.held(this, 'free').free();
    }
}

/** For `using`: the run has ended and its object is freed, whether or not that is on disk yet. */
function dispose() {
    const held = runs.held(this, '[Symbol.dispose]');
    end(held);
    held.free();
}

/** For `await using`: the same, and all of it is on disk. */
async function disposeAsync() {
    const held = runs.held(this, '[Symbol.asyncDispose]');
    try {
        await end(held);
    } finally {
        held.free();
    }
}

/** Ends the run as a success, unless it has ended. A promise that it is on disk. */
const end = ({ handle }) => (handle?.is_finished() ? handle.flush() : handle?.finish());

// Engines that have no such symbols have no `using` either.
if (Symbol.dispose) setOwn(WasmRun.prototype, Symbol.dispose, dispose, false);
if (Symbol.asyncDispose) setOwn(WasmRun.prototype, Symbol.asyncDispose, disposeAsync, false);

/** What stages the points of `run`, if it is a run. */
function stagingOf(run) {
    try {
        return run[HELD].staging;
    } catch {
        return undefined; // It is none: the checked call says so.
    }
}

/** Logs by a checked call. Subscribers may run in it, and may free the run. */
function log(run, method, ...values) {
    runs.handle(run, method);
    const held = run[HELD];
    held.during((handle) => handle[method](...values));
    if (held.handle !== undefined) held.staging.look();
}

/** For wasm: the run that a handle stands for. */
export function open_run(handle, staging) {
    return runs.give(new WasmRun(OPENED), handle, staging);
}
