// What the browser knows of this site's storage.

/** Calls a method of `navigator.storage`; undefined where there is none, or where it refuses. */
async function ask(method) {
    try {
        return await globalThis.navigator.storage[method]();
    } catch {
        return undefined;
    }
}

/** `{ usage, quota, persisted }`; zeros where the browser does not tell. */
export async function estimate() {
    const { usage = 0, quota = 0 } = (await ask('estimate')) ?? {};
    return { usage, quota, persisted: Boolean(await ask('persisted')) };
}

/** Asks the browser not to evict this site's data. Whether it agreed. */
export async function request_persistence() {
    return Boolean(await ask('persist'));
}
