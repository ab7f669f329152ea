// `free()` twice is a no-op: the generated one throws the second time.

const tamed = new Set();

/** Makes freeing safe for all objects of this one's class, and gives the object back. */
export function safely_freed(object) {
    const prototype = Object.getPrototypeOf(object);
    if (tamed.has(prototype)) return object;
    tamed.add(prototype);
    const { free } = prototype;
    prototype.free = function () {
        if (!this.__wbg_ptr) return;
        try {
            free.call(this);
        } catch {
            // Freeing while a method of the object runs throws, and leaves it to its end.
        }
    };
    if (Symbol.dispose) prototype[Symbol.dispose] = prototype.free;
    return object;
}
