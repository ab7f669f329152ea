// The page's life: leaving it saves what is unsaved, coming back catches up. Workers and Node have none of these events.

let saved = () => {};
const unsaved = new Set();
const closing = () => saved(false);

/** Has `save(is_leaving)` called when the page leaves or may not run for a while, and `wake()` when it is back. Once. */
export function watch_page(save, wake) {
    const { document } = globalThis;
    if (!document) return;
    saved = save;
    addEventListener('pagehide', () => save(true));
    addEventListener('pageshow', ({ persisted }) => persisted && wake());
    document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? save(false) : wake()));
    document.addEventListener('freeze', () => save(false));
}

/** Whether what a database has unsaved is to be saved when the page is asked whether it may be closed. */
export function guard_closing(database, is_unsaved) {
    if (is_unsaved) unsaved.add(database);
    else unsaved.delete(database);
    if (unsaved.size > 0) globalThis.addEventListener?.('beforeunload', closing);
    else globalThis.removeEventListener?.('beforeunload', closing);
}
