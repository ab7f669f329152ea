// Typed arrays, buffers and lists of numbers, of whatever realm and class: their own lengths and methods are never asked.
import { rangeError, typeError } from './errors.js';
import { apply, getter, getPrototypeOf, isArray } from './intrinsics.js';
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

/** A caller's typed array or list of numbers, as a Float64Array of this realm: on the same memory, or a copy. */
export function float64_values(what, value) {
    const name = nameOf(value);
    if (name === undefined) return ofList(what, value);
    if (name.startsWith('Big')) throw wrongType(what, 'an array of numbers', value, ': convert its elements with Number(…)');
    return made(what, () => {
        apply(throwUnlessThere, value, []);
        if (name !== 'Float64Array') return new Float64Array(value);
        return new Float64Array(typedArray.buffer(value), typedArray.offset(value), typedArray.bytes(value) / 8);
    });
}

function ofList(what, list) {
    if (!reading(what, () => isArray(list))) {
        throw wrongType(what, 'a Float64Array, another typed array or an array of numbers', list);
    }
    const values = made(what, () => new Float64Array(reading(what, () => list.length)));
    for (let index = 0; index < values.length; index += 1) {
        const value = reading(what, () => list[index]);
        if (typeof value !== 'number') throw wrongType(`${what}[${index}]`, 'a number', value);
        values[index] = value;
    }
    return values;
}

/** The bytes of a caller's buffer or view, as a Uint8Array of this realm on the same memory. */
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
        const hint = ': make text into bytes with new TextEncoder().encode(text)';
        throw wrongType(what, 'a Uint8Array, another view or an ArrayBuffer', value, hint);
    }
    return made(what, () => new Uint8Array(value));
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
