// The page's life, as page.rs wants to hear of it.
let saved = () => {};
const unsaved = new Set();
const closing = () => saved();

export function watch_page(leave, save, wake) {
    const { document } = globalThis;
    if (!document) return;
    saved = save;
    addEventListener('pagehide', leave);
    addEventListener('pageshow', ({ persisted }) => persisted && wake());
    document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? save() : wake()));
    document.addEventListener('freeze', save);
}

export function guard_closing(database, is_unsaved) {
    if (is_unsaved) unsaved.add(database);
    else unsaved.delete(database);
    if (unsaved.size > 0) globalThis.addEventListener?.('beforeunload', closing);
    else globalThis.removeEventListener?.('beforeunload', closing);
}
