// Timers, as they were when the module was loaded: test set-ups replace them, and then nothing would fire.
const { setTimeout, clearTimeout, MessageChannel } = globalThis;

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
