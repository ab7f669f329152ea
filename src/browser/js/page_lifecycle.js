// The page's life: see page_lifecycle.rs.
//
// Handlers run in the order of their registration: the page's own come after these. So what they log is saved at the end of their task,
// to the exit log, until the page turns out to live on: in its next task.
const { setTimeout } = globalThis;
const unsaved = new Set();
let on_may_leave = () => {};
let on_live_on = () => {};
let is_leaving = false;

function may_leave() {
  on_may_leave();
  try {
    setTimeout(live_on, 0);
  } catch {
    // It goes on saving at the end of each task, which is slower and loses nothing.
  }
}

function live_on() {
  if (!is_leaving) on_live_on();
}

export function watch_page(may_leave_, leave, live_on_, wake) {
  const { document } = globalThis;
  if (!document) return;
  on_may_leave = may_leave_;
  on_live_on = live_on_;
  addEventListener('pagehide', () => {
    is_leaving = true;
    leave();
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
    if (unsaved.size > 0) globalThis.addEventListener?.('beforeunload', may_leave);
    else globalThis.removeEventListener?.('beforeunload', may_leave);
  } catch {
    // A page that forbids listeners is saved by the other events.
  }
}

export function surroundings() {
  const { document, WorkerGlobalScope } = globalThis;
  if (document) return document.visibilityState === 'hidden' ? 'hidden' : 'page';
  return WorkerGlobalScope ? 'worker' : 'other';
}
