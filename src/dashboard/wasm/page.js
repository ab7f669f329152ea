// See page.rs.
let saved = () => {};
const unsaved = new Set();
const closing = () => saved(false);

export function watch_page(save, wake) {
    const { document } = globalThis;
    if (!document) return;
    saved = save;
    addEventListener('pagehide', () => save(true));
    addEventListener('pageshow', ({ persisted }) => persisted && wake());
    document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? save(false) : wake()));
    document.addEventListener('freeze', () => save(false));
}

export function guard_closing(database, is_unsaved) {
    if (is_unsaved) unsaved.add(database);
    else unsaved.delete(database);
    if (unsaved.size > 0) globalThis.addEventListener?.('beforeunload', closing);
    else globalThis.removeEventListener?.('beforeunload', closing);
}
