// What an object of the package holds, and the errors for one that holds nothing. Methods go by their `this` and nothing else: each
// finds what to work on in a property of `this` that only its class can name.
import { coded_error, typeError } from './errors.js';
import { setOwn } from './intrinsics.js';

/** A handle into wasm, until it is freed. */
class Held {
    handle;
    staging;
    /** Calls in progress that may run the caller's code. */
    calls = 0;

    constructor(handle, staging) {
        this.handle = handle;
        this.staging = staging;
        // Frameworks wrap in proxies what an object holds, but nothing that cannot be extended.
        Object.preventExtensions(this);
    }

    /** Lets `call` use the handle. If the caller's code that it runs frees the object, the handle is freed when the call has ended. */
    during(call) {
        const { handle } = this;
        this.calls += 1;
        try {
            return call(handle);
        } finally {
            this.calls -= 1;
            if (this.handle === undefined && this.calls === 0) handle.free();
        }
    }

    free() {
        const { handle } = this;
        this.handle = undefined;
        this.staging?.end();
        if (handle !== undefined && this.calls === 0) handle.free();
    }
}

/** A class of objects that hold a handle: what errors say of it, and the property that its objects hold it in. */
export class HoldingClass {
    name;
    reopen;
    key;

    constructor(name, reopen) {
        this.name = name;
        this.reopen = reopen;
        this.key = Symbol(name);
    }

    /** Has `object` hold a handle, and a way to stage points if it can. */
    give(object, handle, staging) {
        return setOwn(object, this.key, new Held(handle, staging), false);
    }

    /** What `object` holds. */
    held(object, method) {
        let held;
        try {
            held = object[this.key];
        } catch {
            // It is no object, or one that throws.
        }
        if (held !== undefined) return held;
        throw typeError(`${method} was called without its ${this.name}: call it as object.${method}(…), or pass on (…args) => object.${method}(…args)`);
    }

    /** The handle that `object` holds. */
    handle(object, method) {
        const { handle } = this.held(object, method);
        if (handle !== undefined) return handle;
        throw coded_error('Error', 'Freed', `${method} was called on a ${this.name} that was freed: ${this.reopen}`);
    }

    /** A promise of what `call` begins with the handle: it is the promise that fails if there is none. */
    promise(object, method, call) {
        try {
            return call(this.handle(object, method));
        } catch (error) {
            return Promise.reject(error);
        }
    }
}

/** The error for `new` on a class whose objects are opened by a promise. */
export const notConstructible = (className, instead) => typeError(`a ${className} is not made with new: ${instead}`);
