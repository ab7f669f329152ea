// The page's two clocks, and its timers. Wall time is for timestamps alone: people set it, test libraries fake it, and then it may stand still, jump
// or be no number at all. Every delay and deadline goes by the monotonic clock.

// As they are when the module is loaded: test set-ups replace them later, and then nothing would fire.
const { performance, setTimeout, clearTimeout, MessageChannel } = globalThis;

let latest = 0;

/** Never goes back. Where there is no `performance`. */
function steadyDate() {
  const now = dateNow();
  if (now > latest) latest = now;
  return latest;
}

/** The latest time that a `Date` can hold; as long before 1970 is the earliest. */
const LATEST_MS = 8.64e15;

/** What `Date` says now, NaN if that is no time: no date could be made of what is stored with it, and no file of it read again. */
export function dateNow() {
  try {
    const now = Date.now();
    return typeof now === 'number' && now >= -LATEST_MS && now <= LATEST_MS ? now : NaN;
  } catch {
    return NaN;
  }
}

/** Milliseconds since some moment before the package was loaded. Taken when it is loaded, so that fake timers leave it alone. */
export const monotonic_ms = typeof performance?.now === 'function' ? performance.now.bind(performance) : steadyDate;

const originOf = () => performance?.timeOrigin || dateNow() - monotonic_ms() || 0;
const origin = originOf();

/** The wall time that goes with the monotonic clock, for when `Date` says none. */
export const fallbackWallTime = () => origin + monotonic_ms();

/** Milliseconds since the epoch, as `Date` has them: always a finite number. */
export function wall_ms() {
  const now = dateNow();
  return now - now === 0 ? now : fallbackWallTime();
}

// Without a timer: in the next task.
function in_next_task(callback) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(undefined);
}

export function set_timer(callback, delay_ms) {
  const timer = { callback, id: undefined };
  const fire = () => timer.callback?.();
  try {
    timer.id = setTimeout(fire, delay_ms);
    timer.id?.unref?.(); // In Node.js, a process ends although a timer waits.
  } catch {
    in_next_task(fire);
  }
  return timer;
}

export function clear_timer(timer) {
  timer.callback = undefined;
  try {
    clearTimeout(timer.id);
  } catch {
    // It fires, and calls nothing.
  }
}

/** Resolves in the next task: other events come first. Not by a timer, which a page in the background gets once a second. */
export function next_task() {
  return new Promise((resolve) => {
    try {
      in_next_task(resolve);
    } catch {
      set_timer(resolve, 0);
    }
  });
}
