// What the browser says of the storage of this site.
async function ask(method) {
    try {
        return await globalThis.navigator.storage[method]();
    } catch {
        return undefined; // There is none, or it refuses.
    }
}

export async function estimate() {
    const { usage = 0, quota = 0 } = (await ask('estimate')) ?? {};
    return { usage, quota, persisted: Boolean(await ask('persisted')) };
}

export async function request_persistence() {
    return Boolean(await ask('persist'));
}
