// See staging.rs.
const EPOCH = 0;
const COUNT = 1;
const LATEST = 2;
const ADMITTED = 3;
const POINTS = 4;
const POINT_CELLS = 4;

export function stage_points(run, memory, address, length, max_step, places) {
    const { log_metric, log_metric_at } = run;
    // Empty once wasm memory has grown: comparing with `undefined` fails, and the checked way follows.
    let cells = new Float64Array(0);
    let epoch = -1;

    const stage = (key, step, value) => {
        if (typeof value !== 'number' || cells[EPOCH] !== epoch) return false;
        const place = places.get(key);
        if (place === undefined) return false;
        const now = Date.now();
        if (now > cells[LATEST]) return false;
        const count = cells[COUNT];
        const at = POINTS + POINT_CELLS * count;
        if (at >= length) return false;
        cells[at] = place;
        cells[at + 1] = step;
        cells[at + 2] = value;
        cells[at + 3] = now;
        cells[COUNT] = count + 1;
        return true;
    };
    const checked = () => {
        if (cells.buffer !== memory.buffer) cells = new Float64Array(memory.buffer, address, length);
        epoch = cells[ADMITTED] === 1 ? cells[EPOCH] : -1;
    };
    const methods = {
        log_metric(key, value) {
            if (stage(key, -1, value)) return;
            log_metric.call(this, key, value);
            checked();
        },
        log_metric_at(key, step, value) {
            if (Number.isSafeInteger(step) && step >= 0 && step <= max_step && stage(key, step, value)) return;
            log_metric_at.call(this, key, step, value);
            checked();
        },
    };
    for (const [name, value] of Object.entries(methods)) {
        Object.defineProperty(run, name, { value, configurable: true, writable: true });
    }
    return run;
}
