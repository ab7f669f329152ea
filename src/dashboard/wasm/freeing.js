// See freeing.rs.
const tamed = new Set();

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
