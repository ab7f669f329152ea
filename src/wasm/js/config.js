// A run's configuration as JSON text. What JSON would drop or change without a word is refused, so that what is taken comes back.
import { rangeError, typeError } from './errors.js';
import { apply, isArray, isFiniteNumber, tagOf } from './intrinsics.js';
import { reading, wrongType } from './kinds.js';
import { holdsProperties, meantProperty, ownProperties } from './properties.js';

/** How deep a configuration may be nested: what reads it again has bounds of its own. */
const MOST_NESTED = 100;
/** As many as src/wasm/options.rs takes bytes: longer text need not be written to its end. */
const MOST_CHARACTERS = 4 << 20;

const { stringify } = JSON;
const loneSurrogate = /\p{Surrogate}/u;

/** The JSON text of a configuration. */
export function config_json(config) {
    const writer = new Writer();
    const what = 'options.config';
    const value = reading(what, () => asJson(config, ''));
    if (!reading(what, () => holdsProperties(value))) {
        throw wrongType(what, 'a plain object', value, ', because only an object of settings comes back as it was given');
    }
    writer.write(value, what);
    return writer.text;
}

/** What JSON writes of a value: what its own `toJSON` says, as that of a Date. */
function asJson(value, key) {
    if (typeof value !== 'object' || value === null || isCollection(value)) return value;
    const toJson = meantProperty(value, 'toJSON');
    if (typeof toJson !== 'function') return value;
    const json = apply(toJson, value, [key]);
    if (json === null && tagOf(value) === 'Date') throw new Error('the Date is invalid');
    return json;
}

const isCollection = (value) => ['Map', 'Set'].includes(tagOf(value));

class Writer {
    text = '';
    #ancestors = [];

    /** Writes what `asJson` gave. */
    write(value, path) {
        if (typeof value !== 'object' || value === null) {
            this.#add(scalar(value, path));
            return;
        }
        if (this.#ancestors.includes(value)) throw typeError(`${path} contains itself, which JSON cannot hold`);
        if (this.#ancestors.length >= MOST_NESTED) throw rangeError(`${path} is nested more than ${MOST_NESTED} levels deep`);
        this.#ancestors.push(value);
        if (reading(path, () => isArray(value))) this.#list(value, path);
        else this.#object(value, path);
        this.#ancestors.pop();
    }

    #list(list, path) {
        const length = reading(path, () => list.length);
        this.#add('[');
        for (let index = 0; index < length; index += 1) {
            const place = `${path}[${index}]`;
            if (index > 0) this.#add(',');
            this.write(reading(place, () => asJson(list[index], `${index}`)), place);
        }
        this.#add(']');
    }

    #object(object, path) {
        const isPlainData = reading(path, () => holdsProperties(object));
        const own = isPlainData && reading(path, () => ownProperties(object));
        if (!own) throw wrongType(path, 'made of plain objects, arrays, text and numbers', object, ': convert it first');
        let separator = '{';
        own.keys.forEach((key, index) => {
            // As with JSON.stringify: a property that is undefined is one that is not there.
            if (own.values[index] === undefined) return;
            const place = `${path}.${key.slice(0, 60)}`;
            this.#add(`${separator}${text(key, place)}:`);
            separator = ',';
            this.write(reading(place, () => asJson(own.values[index], key)), place);
        });
        this.#add(separator === '{' ? '{}' : '}');
    }

    #add(text) {
        this.text += text;
        if (this.text.length > MOST_CHARACTERS) {
            throw rangeError(`options.config is more than ${MOST_CHARACTERS} characters of JSON: store it with log_artifact`);
        }
    }
}

function scalar(value, path) {
    switch (typeof value) {
        case 'string':
            return text(value, path);
        case 'number':
            if (!isFiniteNumber(value)) throw rangeError(`${path} must be a finite number, not ${value}: give it as text`);
            return Object.is(value, -0) ? '-0' : `${value}`;
        case 'boolean':
            return `${value}`;
        case 'object':
            return 'null';
        default:
            throw wrongType(path, 'what JSON can hold', value, ': leave it out or give it as text');
    }
}

function text(text, path) {
    if (loneSurrogate.test(text)) {
        throw rangeError(`${path} contains a lone surrogate, half of a character: was the text cut in the middle of one? Mend it with toWellFormed()`);
    }
    return stringify(text);
}
