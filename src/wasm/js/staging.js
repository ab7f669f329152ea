// Points that are logged without a call into wasm. They are written into cells of wasm memory, whose layout and rules are in
// src/engine/staging.rs; wasm takes them over some thousand at a time. Whatever is unusual is not staged: the caller logs
// it by a checked call, which also allows staging again.
import { dateNow, fallbackWallTime, monotonic_ms } from '../../indexeddb/js/time.js';
import { isSafeInteger } from './intrinsics.js';

// The header's cells, as in staging.rs.
const EPOCH = 0;
const COUNT = 1;
const DEADLINE = 2;
const ALLOWED = 3;
const TAKES = 4;
const METRICS = 5;
const FIRST_CHAIN = 6;
const CHAIN_CELLS = 2;
const POINT_CELLS = 4;

/** Points of one millisecond, or of a `Date` that stands still, after which the deadline is looked at again. */
const POINTS_BETWEEN_LOOKS = 32;

/** A run's metric keys, and what staging knows of each. All handles on the run in this page share it. */
export class StagedSeries {
    entries = new Map();
    /** The step after the highest of all metrics, as long as the epoch is this one. */
    nextStep = 0;
    epoch = -1;

    /** For wasm: the metric's number, NaN for a key that is not there. */
    handle(key) {
        return this.entries.get(key)?.handle;
    }

    /** For wasm: a checked key has this number. */
    add(key, handle) {
        this.entries.set(key, {
            key,
            handle,
            // Training logs its metrics in the same order again and again: the entry that came next the last time.
            follower: undefined,
            // The chain that the metric's staged points form: since which take-over, and the cell of its last link.
            take: -1,
            link: 0,
            // The step that comes next, as long as the epoch is this one.
            epoch: -1,
            nextStep: 0,
        });
    }

    /** For wasm: what the metric's next step is in this epoch. */
    set_next_step(key, nextStep, epoch) {
        const entry = this.entries.get(key);
        entry.nextStep = nextStep;
        entry.epoch = epoch;
        if (nextStep > this.nextStep) this.nextStep = nextStep;
    }

    /** For wasm: what the run's next step is in this epoch. */
    set_run_step(nextStep, epoch) {
        this.nextStep = nextStep;
        this.epoch = epoch;
    }
}

/** Writes the points of one handle on a run. */
export class Staging {
    // Declared, so that a page that gives setters to the prototype of all objects gets nothing of it.
    run = 0;
    memory;
    address = 0;
    length = 0;
    firstPoint = 0;
    mostPoints = 0;
    mostMetrics = 0;
    maxStep = 0;
    series;
    entries;
    /** Empty once wasm memory has grown: comparing with `undefined` fails, and the checked call follows. */
    cells = new Float64Array(0);
    epoch = -1;
    last = { follower: undefined };
    now = NaN;
    untilLook = 0;
    found = [];

    constructor(run, memory, address, length, firstPoint, maxStep, series) {
        this.run = run;
        this.memory = memory;
        this.address = address;
        this.length = length;
        this.firstPoint = firstPoint;
        this.mostPoints = (length - firstPoint) / POINT_CELLS;
        this.mostMetrics = (firstPoint - FIRST_CHAIN) / CHAIN_CELLS;
        this.maxStep = maxStep;
        this.series = series;
        this.entries = series.entries;
    }

    /** Stages a point at `step`, or at the next one if it is −1. False: nothing happened, log it by a checked call. */
    point(key, step, value) {
        const { cells, epoch, series } = this;
        if (typeof value !== 'number' || cells[EPOCH] !== epoch) return false;
        const entry = this.entry(key);
        if (entry === undefined) return false;
        // The step is wasm's to say, and the run's next one would not be known any more.
        if (step < 0 && series.epoch === epoch && entry.epoch !== epoch) return false;
        const count = cells[COUNT];
        const take = cells[TAKES];
        if (count >= this.mostPoints || (entry.take !== take && cells[METRICS] >= this.mostMetrics)) return false;
        const timestamp = this.timestamp();
        if (timestamp !== timestamp) return false;
        if (entry.epoch === epoch) {
            if (step < 0) entry.nextStep += 1;
            else if (step >= entry.nextStep) entry.nextStep = step + 1;
            if (entry.nextStep > series.nextStep) series.nextStep = entry.nextStep;
        } else if (step >= series.nextStep) {
            series.nextStep = step + 1;
        }
        this.append(entry, count, take, step, value, timestamp);
        return true;
    }

    /** As `point`, at a caller's step. */
    pointAt(key, step, value) {
        return this.canStageAt(step) && this.point(key, step, value);
    }

    /** Stages a point of each metric, all at `step` or, if it is undefined, at the highest of their next steps: all, or none. */
    points(keys, values, step) {
        const { cells, found } = this;
        const { length } = keys;
        if (cells[EPOCH] !== this.epoch || length === 0 || (step !== undefined && !this.canStageAt(step))) return false;
        let chains = 0;
        let common = -1;
        for (let index = 0; index < length; index += 1) {
            if (typeof values[index] !== 'number') return false;
            const entry = this.entry(keys[index]);
            if (entry === undefined || entry.epoch !== this.epoch) return false;
            if (entry.nextStep > common) common = entry.nextStep;
            if (entry.take !== cells[TAKES]) chains += 1;
            found[index] = entry;
        }
        if (step !== undefined) common = step;
        if (!this.hasRoom(length, chains)) return false;
        const timestamp = this.timestamp();
        if (timestamp !== timestamp) return false;
        for (let index = 0; index < length; index += 1) {
            const entry = found[index];
            if (common >= entry.nextStep) entry.nextStep = common + 1;
            this.append(entry, cells[COUNT], cells[TAKES], common, values[index], timestamp);
        }
        if (common >= this.series.nextStep) this.series.nextStep = common + 1;
        return true;
    }

    /** As `points`, but without a step all at the run's next one. */
    pointsOfRun(keys, values, step) {
        if (step !== undefined) return this.points(keys, values, step);
        const { epoch, nextStep } = this.series;
        return epoch === this.epoch && this.points(keys, values, nextStep);
    }

    /** After a checked call: whether the next points may be staged. */
    look() {
        if (this.cells.buffer !== this.memory.buffer) {
            this.cells = new Float64Array(this.memory.buffer, this.address, this.length);
        }
        this.epoch = this.cells[ALLOWED] === this.run ? this.cells[EPOCH] : -1;
    }

    /** Nothing is staged any more. */
    end() {
        this.epoch = -1;
        this.cells = new Float64Array(0);
    }

    canStageAt(step) {
        return isSafeInteger(step) && step >= 0 && step <= this.maxStep;
    }

    entry(key) {
        let entry = this.last.follower;
        if (entry === undefined || entry.key !== key) {
            entry = this.entries.get(key);
            if (entry === undefined) return undefined;
            this.last.follower = entry;
        }
        this.last = entry;
        return entry;
    }

    /** Milliseconds since the epoch; NaN past the deadline, when the next point is to wake the flush loop. */
    timestamp() {
        const now = dateNow();
        this.untilLook -= 1;
        if (now === this.now && this.untilLook > 0) return now;
        this.untilLook = POINTS_BETWEEN_LOOKS;
        if (monotonic_ms() > this.cells[DEADLINE]) return NaN;
        if (now - now !== 0) return fallbackWallTime();
        this.now = now;
        return now;
    }

    /** Whether so many points, of so many metrics that none is staged of, can be staged. */
    hasRoom(points, metrics) {
        const { cells } = this;
        return cells[COUNT] + points <= this.mostPoints && cells[METRICS] + metrics <= this.mostMetrics;
    }

    append(entry, count, take, step, value, timestamp) {
        const { cells } = this;
        const position = this.firstPoint + POINT_CELLS * count;
        if (entry.take === take) {
            cells[entry.link] = count;
        } else {
            const chain = FIRST_CHAIN + CHAIN_CELLS * cells[METRICS];
            cells[chain] = entry.handle;
            cells[chain + 1] = count;
            cells[METRICS] += 1;
            entry.take = take;
        }
        entry.link = position;
        cells[position] = Infinity;
        cells[position + 1] = step;
        cells[position + 2] = value;
        cells[position + 3] = timestamp;
        cells[COUNT] = count + 1;
    }
}
