// Options: a plain object, or an instance of a caller's class.
import { config_json } from './config.js';
import { typeError } from './errors.js';
import { ownKeys } from './intrinsics.js';
import { reading, wrongType } from './kinds.js';
import { named_values } from './named_values.js';
import { holdsProperties, isPlain, meantProperty } from './properties.js';

const OF_STORAGE = ['database', 'storage'];
/** What there is for `new`, `resume`, `resume_or_new` and `open`. Each takes all of them, so that one object can be given to several. */
const KNOWN = [...OF_STORAGE, 'config', 'run_name', 'tags'];

const isGiven = (value) => value !== undefined && value !== null;

/** What is made of an option that is an object when it is read: the caller may change it before wasm looks at it. */
const COPIED = { __proto__: null, config: config_json, tags: (tags) => named_values('options.tags', tags) };

/**
 * Options as they were when a method was called, read then: it may be that the package is loaded first, and the caller goes on meanwhile.
 * What is wrong with an option is thrown when it is asked for, in the order in which src/wasm/options.rs asks.
 */
export class GivenOptions {
    #check;
    #values = { __proto__: null };

    constructor(options, names) {
        this.#check = attempt(() => isGiven(options) && checkOptions(options, KNOWN));
        for (const name of names) this.#values[name] = attempt(() => (isGiven(options) ? copied(options, name) : undefined));
    }

    /** One option; `undefined` if it is not given. */
    get(name) {
        this.#check();
        return this.#values[name]();
    }

    static ofRun = (options) => new GivenOptions(options, KNOWN);
    static ofStorage = (options) => new GivenOptions(options, OF_STORAGE);
}

function copied(options, name) {
    const value = option(options, name);
    const copy = COPIED[name];
    return copy && isGiven(value) ? copy(value) : value;
}

/** Reads now, and gives what came of it later: what was read, or the error. */
function attempt(read) {
    try {
        const value = read();
        return () => value;
    } catch (error) {
        return () => {
            throw error;
        };
    }
}

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
