// The options of `new`, `resume` and `open`: a plain object, or an instance of a caller's class.
import { reading, wrongType } from './kinds.js';
import { holdsProperties, meantProperty } from './properties.js';

/** Throws unless options can be read from the value. */
export function check_options(options) {
    if (!reading('options', () => holdsProperties(options))) throw wrongType('options', 'an object', options);
}

/** One option; `undefined` if it is not given. */
export const option = (options, name) => reading(`options.${name}`, () => meantProperty(options, name));
