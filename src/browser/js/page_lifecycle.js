// The page's lifecycle: see page_lifecycle.rs.
//
// Handlers run in the order of their registration: the page's own come after these. So what they log is saved at the end of their task,
// to the exit log, until the page turns out to live on: by its next task after it was hidden or frozen, and by some time that passes
// after it was asked whether it may be closed or was left.
const { setTimeout } = globalThis;
const unsaved = new Set();
let on_may_leave = () => {};
let on_live_on = () => {};
let is_leaving = false;
let pagehides = 0;

// A page that was asked whether it may be closed, or was told that it is left, goes within that time, in milliseconds, or not at all.
// Until then no transaction is begun that it would take along into the back/forward cache, where it would keep other tabs from the
// database.
const CLOSING_MS = 1_000;

function after(ms, then) {
  try {
    setTimeout(then, ms);
  } catch {
    // It goes on saving to the exit log at the end of each task, which is slower and loses nothing.
  }
}

function save(live_on_after_ms) {
  on_may_leave();
  after(live_on_after_ms, live_on);
}

const may_leave = () => save(0);
const may_close = () => save(CLOSING_MS);

function live_on() {
  if (!is_leaving) on_live_on();
}

function stay() {
  is_leaving = false;
  on_live_on();
}

export function watch_page(may_leave_, leave, live_on_, wake) {
  const { document } = globalThis;
  if (!document) return;
  on_may_leave = may_leave_;
  on_live_on = live_on_;
  addEventListener('pagehide', () => {
    is_leaving = true;
    pagehides += 1;
    const this_pagehide = pagehides;
    leave();
    // A page that is still running by then has not left: a script dispatched the event. It may also have been shown and left again.
    after(CLOSING_MS, () => {
      if (pagehides === this_pagehide) stay();
    });
  });
  addEventListener('pageshow', ({ persisted }) => {
    is_leaving = false;
    if (persisted) wake(true);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') may_leave();
    else wake(false);
  });
  document.addEventListener('freeze', may_leave);
}

export function guard_closing(database, is_unsaved) {
  if (is_unsaved) unsaved.add(database);
  else unsaved.delete(database);
  try {
    if (unsaved.size > 0) globalThis.addEventListener?.('beforeunload', may_close);
    else globalThis.removeEventListener?.('beforeunload', may_close);
  } catch {
    // A page that forbids listeners is saved by the other events.
  }
}

export function surroundings() {
  const { document, WorkerGlobalScope } = globalThis;
  if (document) return document.visibilityState === 'hidden' ? 'hidden' : 'page';
  return WorkerGlobalScope ? 'worker' : 'other';
}
