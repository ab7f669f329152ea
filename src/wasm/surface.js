// One file, because each is a request of its own to whoever loads the package.

// Logging without a call for each point: see staging.rs.
const EPOCH = 0;
const COUNT = 1;
const LATEST = 2;
const ADMITTED = 3;
const TAKES = 4;
const METRICS = 5;
const CHAINS = 6;
const POINTS = CHAINS + 2 * 4096;
const POINT_CELLS = 4;

// Metric keys to their places. Training logs its metrics in the same order again and again: whoever came after a key last time is
// tried before it is looked up.
export class Places {
    entries = new Map();

    // For wasm: NaN for a key that is not there.
    get(key) {
        return this.entries.get(key)?.place;
    }

    set(key, place) {
        this.entries.set(key, { key, place, next: undefined, take: -1, last: 0 });
    }
}

export function stage_points(run, memory, address, length, max_step, { entries }) {
    const { log_metric, log_metric_at } = run;
    let last = { key: undefined, place: -1, next: undefined };
    // Empty once wasm memory has grown: comparing with `undefined` fails, and the checked way follows.
    let cells = new Float64Array(0);
    let epoch = -1;

    const stage = (key, step, value) => {
        if (typeof value !== 'number' || cells[EPOCH] !== epoch) return false;
        let entry = last.next;
        if (entry === undefined || entry.key !== key) {
            entry = entries.get(key);
            if (entry === undefined) return false;
            last.next = entry;
        }
        last = entry;
        const now = Date.now();
        if (now > cells[LATEST]) return false;
        const count = cells[COUNT];
        const at = POINTS + POINT_CELLS * count;
        if (at >= length) return false;
        const take = cells[TAKES];
        if (entry.take === take) {
            cells[entry.last] = count;
        } else {
            const chain = CHAINS + 2 * cells[METRICS];
            if (chain === POINTS) return false;
            cells[chain] = entry.place;
            cells[chain + 1] = count;
            cells[METRICS] += 1;
            entry.take = take;
        }
        entry.last = at;
        cells[at] = Infinity;
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

// Metrics as JSON text: see json.rs.
const NEXT_POINT = ',{"step":';
// For each millisecond: 123Z"},{"step":
const MILLISECONDS = Array.from({ length: 1000 }, (_, ms) => `${String(1000 + ms).slice(1)}Z"}${NEXT_POINT}`);
const POINTS_JOINED = 1 << 16;
const MOST_SECONDS = 8.64e12;

export class PointsText {
    #text = '';
    #pieces = '';
    #points = 0;
    // From the last value to the next step.
    #lead = '[{"step":';
    #timestamp = NaN;
    #second = NaN;
    #upToSecond = '';

    write(steps, values, timestamps) {
        let pieces = this.#pieces;
        let lead = this.#lead;
        for (let index = 0; index < steps.length; index += 1) {
            const value = values[index];
            pieces += lead + steps[index] + ',"value":' + (value - value === 0 ? value : 'null');
            if (timestamps[index] !== this.#timestamp) lead = this.#leadFrom(timestamps[index]);
        }
        this.#lead = lead;
        this.#pieces = pieces;
        this.#points += steps.length;
        if (this.#points >= POINTS_JOINED) this.#join();
    }

    text() {
        this.#join();
        return `${this.#text}${this.#lead.slice(0, -NEXT_POINT.length)}]`;
    }

    #join() {
        this.#text += [this.#pieces, ''].join('');
        this.#pieces = '';
        this.#points = 0;
    }

    #leadFrom(timestamp) {
        const second = Math.floor(timestamp / 1000);
        if (second !== this.#second) {
            const date = new Date(1000 * Math.max(-MOST_SECONDS, Math.min(MOST_SECONDS, second)));
            this.#upToSecond = `,"timestamp":"${date.toISOString().slice(0, -4)}`;
        }
        this.#timestamp = timestamp;
        this.#second = second;
        return this.#upToSecond + MILLISECONDS[timestamp - second * 1000];
    }
}

export function metrics_json(keys, texts) {
    return `{${keys.map((key, index) => `${JSON.stringify(key)}:${texts[index]}`).join(',')}}`;
}

// Freeing twice: see freeing.rs.
const tamed = new Set();

export function safely_freed(object) {
    const prototype = Object.getPrototypeOf(object);
    if (tamed.has(prototype)) return object;
    tamed.add(prototype);
    const { free } = prototype;
    prototype.free = function () {
        if (!this.__wbg_ptr) return;
        try {
            free.call(this);
        } catch {
            // Freeing while a method of the object runs throws, and leaves it to its end.
        }
    };
    if (Symbol.dispose) prototype[Symbol.dispose] = prototype.free;
    return object;
}

// The page's life: see page.rs.
let saved = () => {};
const unsaved = new Set();
const closing = () => saved();

export function watch_page(leave, save, wake) {
    const { document } = globalThis;
    if (!document) return;
    saved = save;
    addEventListener('pagehide', leave);
    addEventListener('pageshow', ({ persisted }) => persisted && wake());
    document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? save() : wake()));
    document.addEventListener('freeze', save);
}

export function guard_closing(database, is_unsaved) {
    if (is_unsaved) unsaved.add(database);
    else unsaved.delete(database);
    if (unsaved.size > 0) globalThis.addEventListener?.('beforeunload', closing);
    else globalThis.removeEventListener?.('beforeunload', closing);
}

// The browser's word on storage: see platform.rs.
async function ask(method) {
    try {
        return await globalThis.navigator.storage[method]();
    } catch {
        return undefined; // There is none, or it refuses.
    }
}

export async function estimate() {
    const { usage = 0, quota = 0 } = (await ask('estimate')) ?? {};
    return { usage, quota, persisted: Boolean(await ask('persisted')) };
}

export async function request_persistence() {
    return Boolean(await ask('persist'));
}
