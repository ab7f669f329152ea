// Typed arrays, buffers and lists of numbers, of whatever realm and class: their own lengths and methods are never asked.
import { rangeError, typeError } from './errors.js';
import { apply, getter, getPrototypeOf, isArray, isSafeInteger, tagOf } from './intrinsics.js';
import { reading, wrongType } from './kinds.js';

const slotsOf = (prototype) => ({
    buffer: getter(prototype, 'buffer'),
    offset: getter(prototype, 'byteOffset'),
    bytes: getter(prototype, 'byteLength'),
});
const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype);
const typedArray = slotsOf(typedArrayPrototype);
const dataView = slotsOf(DataView.prototype);
const nameOf = getter(typedArrayPrototype, Symbol.toStringTag);
const { keys: throwUnlessThere } = typedArrayPrototype;
const { isView } = ArrayBuffer;
const isBuffer = getter(ArrayBuffer.prototype, 'byteLength');
const isShared = typeof SharedArrayBuffer === 'function' ? getter(SharedArrayBuffer.prototype, 'byteLength') : () => undefined;

/** Elements of the longest list that is taken: longer ones say so of themselves, or hold gigabytes. */
const MOST_LISTED = 2 ** 28;

/** A caller's typed array or list of numbers, as a Float64Array of this realm: on the same memory, or a copy. */
export function float64_values(what, value) {
    const name = nameOf(value);
    if (name === undefined) return listOf(Float64Array, what, value, () => true, 'a number') ?? refuseNumbers(what, value);
    if (name.startsWith('Big')) throw wrongType(what, 'an array of numbers', value, ': convert its elements with Number(…)');
    return made(what, () => {
        apply(throwUnlessThere, value, []);
        if (name !== 'Float64Array') return new Float64Array(value);
        return new Float64Array(typedArray.buffer(value), typedArray.offset(value), typedArray.bytes(value) / 8);
    });
}

/** What a caller's list holds, as a typed array of the class `Values`; nothing of what is no list. */
function listOf(Values, what, list, isTaken, expected) {
    if (!reading(what, () => isArray(list))) return undefined;
    const length = reading(what, () => list.length);
    if (!(length <= MOST_LISTED)) throw rangeError(`${what} is too long for a list: make a ${Values.name} of it, or log it in parts`);
    const values = made(what, () => new Values(length));
    for (let index = 0; index < values.length; index += 1) {
        const value = reading(what, () => list[index]);
        if (typeof value !== 'number') throw wrongType(`${what}[${index}]`, expected, value);
        if (!isTaken(value)) throw rangeError(`${what}[${index}] must be ${expected}, not ${value}: keep numbers whole as a Float64Array`);
        values[index] = value;
    }
    return values;
}

function refuseNumbers(what, value) {
    const isMemory = isView(value) || isBuffer(value) !== undefined || isShared(value) !== undefined;
    const hint = isMemory ? ': say what numbers its bytes are, as in new Float32Array(buffer)' : '';
    throw wrongType(what, 'a Float64Array, another typed array or an array of numbers', value, hint);
}

const isByte = (value) => value >= 0 && value <= 255 && isSafeInteger(value);

/** The bytes of a caller's buffer, view or list of bytes, as a Uint8Array of this realm: on the same memory, or a copy. */
export function byte_view(what, value) {
    if (isView(value)) {
        const isTyped = nameOf(value) !== undefined;
        const { buffer, offset, bytes } = isTyped ? typedArray : dataView;
        return made(what, () => {
            if (isTyped) apply(throwUnlessThere, value, []);
            const length = bytes(value);
            if (length === undefined) throw new TypeError('out of bounds');
            return new Uint8Array(buffer(value), offset(value), length);
        });
    }
    if (isBuffer(value) === undefined && isShared(value) === undefined) {
        return listOf(Uint8Array, what, value, isByte, 'a whole number from 0 to 255') ?? refuseBytes(what, value);
    }
    return made(what, () => new Uint8Array(value));
}

function refuseBytes(what, value) {
    const isBlob = reading(what, () => ['Blob', 'File', 'Response'].includes(tagOf(value)));
    const hint = isBlob ? ': give what await value.arrayBuffer() gives' : ': make text into bytes with new TextEncoder().encode(text)';
    throw wrongType(what, 'a Uint8Array, another view, an ArrayBuffer or an array of bytes', value, hint);
}

/** What `make` makes of a caller's memory, which may be gone or be more than can be copied. */
function made(what, make) {
    try {
        return make();
    } catch (cause) {
        if (typeof cause.code === 'string') throw cause;
        if (cause instanceof RangeError) throw rangeError(`${what} is too large to be copied: log it in parts`);
        throw typeError(`${what} has lost its memory: its buffer was transferred or made smaller. Give a copy, made with slice() before that`);
    }
}
