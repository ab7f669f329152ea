// Objects and maps of named values, as `log_metrics` and the option `tags` take them: asked once, and copied.
import { typeError } from './errors.js';
import { apply, getter } from './intrinsics.js';
import { reading, wrongType } from './kinds.js';
import { holdsProperties, ownProperties } from './properties.js';

const sizeOfMap = getter(Map.prototype, 'size');
const forEachOfMap = Map.prototype.forEach;

/** The names and the values of an object's own properties or of a map's entries, in their order. */
export function named_values(what, value) {
    const holds = reading(what, () => holdsProperties(value));
    const named = holds ? reading(what, () => ownProperties(value)) : undefined;
    if (named !== undefined) return named;
    if (typeof value === 'object' && value !== null && sizeOfMap(value) !== undefined) return ofMap(value);
    if (holds) throw typeError(`${what} has no properties of its own: copy what it holds into a plain object or a Map`);
    throw wrongType(what, 'an object or a Map', value);
}

function ofMap(map) {
    const keys = [];
    const values = [];
    apply(forEachOfMap, map, [
        (value, key) => {
            keys.push(key);
            values.push(value);
        },
    ]);
    return { keys, values };
}
