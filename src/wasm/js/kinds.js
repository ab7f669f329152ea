// What a caller's value is, and what to say of one that is not taken.
import { typeError } from './errors.js';
import { isArray, tagOf } from './intrinsics.js';

/** What a value is, for messages: its type, never its content. */
export function kind_of(value) {
    try {
        if (value === null) return 'null';
        if (isArray(value)) return 'an array';
        if (typeof value !== 'object') return typeof value;
        const tag = tagOf(value);
        return tag !== 'Object' && /^[A-Z]\w{0,40}$/.test(tag) ? `${/^[AEIOU]/.test(tag) ? 'an' : 'a'} ${tag}` : 'an object';
    } catch {
        return typeof value;
    }
}

/** The error for a value that is not what it must be; `hint` may say how to get there. */
export const wrongType = (what, expected, value, hint = '') => typeError(`${what} must be ${expected}, not ${kind_of(value)}${hint}`);

/** What `read` returns. It may run the caller's code, which may throw anything. */
export function reading(what, read) {
    try {
        return read();
    } catch (cause) {
        throw typeError(`${what} cannot be read: ${messageOf(cause)}`);
    }
}

function messageOf(cause) {
    try {
        const { message } = cause;
        return typeof message === 'string' ? message.slice(0, 1000) : kind_of(cause);
    } catch {
        return kind_of(cause);
    }
}
