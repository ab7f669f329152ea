// `WasmCurve`, as callers see it. Options are read here, checked in wasm, and what comes back as one array of numbers is given names.
import { entered } from './entry_points.js';
import { HoldingClass, notConstructible } from './handles.js';
import { setOwn } from './intrinsics.js';
import { reading, wrongType } from './kinds.js';
import { checkOptions, option } from './options.js';
import { holdsProperties, meantProperty } from './properties.js';

const curves = new HoldingClass('WasmCurve', 'open another with await storage.open_curve(run_id, key)');
const OPENED = Symbol('opened');

const LOOK = ['x_axis', 'smoothing'];
const PART = [...LOOK, 'from', 'to', 'log_x', 'log_y'];
const WINDOW = [...PART, 'width'];

export class WasmCurve {
    constructor(opened) {
        if (opened !== OPENED) throw notConstructible('WasmCurve', 'await storage.open_curve(run_id, key), or WasmCurve.of(series)');
    }

    static of(series) {
        if (!reading('series', () => holdsProperties(series))) throw wrongType('series', 'an object of columns: {step, value, timestamp}', series);
        const column = (name) => reading(`series.${name}`, () => meantProperty(series, name));
        const [step, value, timestamp] = ['step', 'value', 'timestamp'].map(column);
        return entered('WasmCurve.of', (entry) => entry.curve_of(step, value, timestamp));
    }

    refresh() {
        return curves.promise(this, 'refresh', (handle) => handle.refresh());
    }

    length() {
        return curves.handle(this, 'length').length();
    }

    generation() {
        return curves.handle(this, 'generation').generation();
    }

    // Reading what is the caller's may run code of the caller's, so that it comes before all else.
    window(options) {
        const read = settings(options, WINDOW);
        return unpack(curves.handle(this, 'window').window(...read));
    }

    extent(options) {
        const read = settings(options, PART);
        const extent = curves.handle(this, 'extent').extent(...read);
        return extent && { min: extent[0], max: extent[1] };
    }

    samples(options) {
        const read = settings(options, PART);
        return curves.handle(this, 'samples').samples(...read);
    }

    index_at(x, options) {
        const read = settings(options, ['x_axis', 'after']);
        return curves.handle(this, 'index_at').index_at(x, ...read);
    }

    nearest(x, options) {
        const read = settings(options, LOOK);
        return pointOf(curves.handle(this, 'nearest').nearest(x, ...read));
    }

    point(index, options) {
        const read = settings(options, LOOK);
        return pointOf(curves.handle(this, 'point').point(index, ...read));
    }

    points(first, end, options) {
        const read = settings(options, LOOK);
        const numbers = curves.handle(this, 'points').points(first, end, ...read);
        const take = taker(numbers, 0);
        const count = numbers.length / 5;
        return { step: take(count), timestamp: take(count), x: take(count), value: take(count), y: take(count) };
    }

    summary() {
        const [min, max, mean, count] = curves.handle(this, 'summary').summary();
        return { min, max, mean, count };
    }

    free() {
        curves.held(this, 'free').free();
    }
}
if (Symbol.dispose) setOwn(WasmCurve.prototype, Symbol.dispose, WasmCurve.prototype.free, false);

/** For wasm: the curve that a handle stands for. */
export function open_curve(handle) {
    return curves.give(new WasmCurve(OPENED), handle, undefined);
}

/** What there is to say of a look at a curve. Each method takes all of it, so that one object can be given to several. */
const KNOWN = ['x_axis', 'smoothing', 'from', 'to', 'log_x', 'log_y', 'width', 'after'];

/** The named options, each `undefined` where it is not given. */
function settings(options, names) {
    if (options === undefined) return names.map(() => undefined);
    checkOptions(options, KNOWN);
    return names.map((name) => option(options, name));
}

/** Takes so many numbers after the other, without copying them. */
function taker(numbers, from) {
    let at = from;
    return (count) => {
        at += count;
        return numbers.subarray(at - count, at);
    };
}

function unpack(numbers) {
    const [first, count, kept, marks] = numbers;
    const take = taker(numbers, 4);
    return { first, count, column: take(kept), x: take(kept), y: take(kept), mark_x: take(marks), mark_value: take(marks) };
}

const pointOf = (numbers) =>
    numbers && { index: numbers[0], step: numbers[1], timestamp: numbers[2], x: numbers[3], value: numbers[4], y: numbers[5] };
