// Properties of callers' objects, read as their callers meant them. To be called within `reading`: their code runs.
import { get, getPrototypeOf, hasOwn, isArray, ownKeys, tagOf } from './intrinsics.js';

/** Longer chains of prototypes are a proxy's doing, and may have no end. */
const MOST_PROTOTYPES = 100;

/** Whether `prototype` is the one that all plain objects have, in whatever realm. */
const isRootPrototype = (prototype) =>
    prototype === Object.prototype || (getPrototypeOf(prototype) === null && hasOwn(prototype, 'isPrototypeOf'));

/** Whether an object is a plain one, of whatever realm. */
export function isPlain(object) {
    const prototype = getPrototypeOf(object);
    return prototype === null || isRootPrototype(prototype);
}

/**
 * Whether an object holds its content in properties of its own: a plain one, or an instance of a caller's class. A Date, a Map or a
 * Promise does not: by its properties, all of it would be lost.
 */
export function holdsProperties(value) {
    if (typeof value !== 'object' || value === null || isArray(value)) return false;
    return isPlain(value) || ['Object', 'Module'].includes(tagOf(value));
}

/** The object's own properties. An instance of a class that has none may hold everything where only its methods see it: undefined. */
export function ownProperties(object) {
    const keys = ownKeys(object);
    if (keys.length === 0 && !isPlain(object) && tagOf(object) !== 'Module') return undefined;
    const values = [];
    for (let index = 0; index < keys.length; index += 1) values.push(object[keys[index]]);
    return { keys, values };
}

/** The property `name`, the object's own or its class's, but nothing that a page gave to all objects or all arrays. */
export function meantProperty(object, name) {
    let holder = object;
    for (let depth = 0; holder !== null && depth < MOST_PROTOTYPES; depth += 1) {
        if (hasOwn(holder, name)) return isRootPrototype(holder) || (depth > 0 && isArray(holder)) ? undefined : get(object, name);
        holder = getPrototypeOf(holder);
    }
    return undefined;
}
