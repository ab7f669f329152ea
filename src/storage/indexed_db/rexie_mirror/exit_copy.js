// A second copy of what a page stores on leaving, in `localStorage`; see exit_copy.rs. Bytes become text, six bits a character.

/** The longest copy, in characters: a site has about five million. */
const MAX_CHARS = 2_500_000;

const keyed = (database, token) => `entrenar exit:${database}:${token}`;

function text_of(bytes) {
    if (bytes.length > MAX_CHARS) throw new RangeError('too long');
    let binary = '';
    for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function bytes_of(text) {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}

/** Keeps a copy. One that is too long is not kept, and there may be no place for any. */
export function keep(database, token, value) {
    try {
        const text = JSON.stringify(value, (_, item) => (item instanceof Uint8Array ? text_of(item) : item));
        if (text.length <= MAX_CHARS) localStorage.setItem(keyed(database, token), text);
    } catch {}
}

/** Removes a copy. */
export function remove(database, token) {
    try {
        localStorage.removeItem(keyed(database, token));
    } catch {}
}

/** All copies there are: each with its token and its value. */
export function all(database) {
    const copies = [];
    try {
        const prefix = keyed(database, '');
        for (const key of Object.keys(localStorage).filter((key) => key.startsWith(prefix))) {
            try {
                const value = JSON.parse(localStorage.getItem(key));
                for (const run of value.runs) run.rows = run.rows.map(bytes_of);
                for (const artifact of value.artifacts) artifact.bytes = bytes_of(artifact.bytes);
                copies.push([key.slice(prefix.length), value]);
            } catch {
                // Of another version, or damaged: left in place.
            }
        }
    } catch {}
    return copies;
}
