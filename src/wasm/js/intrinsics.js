// The language's own functions as they were when the package was loaded. A page may patch prototypes, pollute them or hand over
// objects of another realm (a frame, a test environment): these functions look at an object's internal slots, and so cannot be fooled.

export const { apply, defineProperty, get, getPrototypeOf, getOwnPropertyDescriptor } = Reflect;
export const { isArray } = Array;
export const { isFinite: isFiniteNumber, isSafeInteger } = Number;
export const { keys: ownKeys } = Object;

const hasOwnProperty = Object.prototype.hasOwnProperty;
const toString = Object.prototype.toString;

/** Whether `object` itself has the property `name`. */
export const hasOwn = (object, name) => apply(hasOwnProperty, object, [name]);

/** What the language calls an object: 'Object', 'Date', 'Float64Array', … of whatever realm. */
export const tagOf = (value) => apply(toString, value, []).slice(8, -1);

/** The getter `name` of `prototype`, as a function of the object; `undefined` where it does not apply or does not exist. */
export function getter(prototype, name) {
    const read = getOwnPropertyDescriptor(prototype, name)?.get;
    return (object) => {
        if (!read) return undefined;
        try {
            return apply(read, object, []);
        } catch {
            return undefined; // The object is of another kind, or its buffer is gone.
        }
    };
}

/** Gives `object` an ordinary property of its own, whatever its prototype has been given. */
export function setOwn(object, name, value, enumerable = true) {
    defineProperty(object, name, { __proto__: null, value, enumerable, configurable: true, writable: true });
    return object;
}
