// Options: a plain object, or an instance of a caller's class.
import { typeError } from './errors.js';
import { ownKeys } from './intrinsics.js';
import { reading, wrongType } from './kinds.js';
import { holdsProperties, isPlain, meantProperty } from './properties.js';

/** What src/wasm/options.rs reads of `new`, `resume`, `resume_or_new` and `open`. Each takes all of them, so that one object can be given to several. */
const KNOWN = ['database', 'storage', 'config', 'run_name', 'tags'];

/** Throws unless options of a run or a storage can be read from the value, and each is one that there is. */
export const check_options = (options) => checkOptions(options, KNOWN);

/** Throws unless options can be read from the value, and each is one of those that are known. */
export function checkOptions(options, known) {
    if (!reading('options', () => holdsProperties(options))) throw wrongType('options', 'an object', options);
    // What an instance of a class or a module holds besides is its own affair.
    const names = reading('options', () => (isPlain(options) ? ownKeys(options) : []));
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined) return;
    throw typeError(
        `options.${unknown.slice(0, 60)} is not an option: there are ${known.join(', ')}. Is it misspelt, or does it belong to a newer version of entrenar?`,
    );
}

/** One option; `undefined` if it is not given. */
export const option = (options, name) => reading(`options.${name}`, () => meantProperty(options, name));
