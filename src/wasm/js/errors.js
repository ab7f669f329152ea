// Errors as callers get them: a real Error with a stable `code`, and a message that says what to do.
import { setOwn } from './intrinsics.js';

const types = { __proto__: null, Error, TypeError, RangeError };

/** An error of the type of this name. */
export function coded_error(type, code, message) {
    return setOwn(new types[type](message), 'code', code);
}

/** An argument of the wrong type. */
export const typeError = (message) => coded_error('TypeError', 'InvalidArgument', message);

/** An argument of the right type and a value that is not taken. */
export const rangeError = (message) => coded_error('RangeError', 'InvalidArgument', message);
