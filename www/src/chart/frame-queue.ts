// Work that may wait a frame: done in order, a few milliseconds of it per frame, so that scrolling past many charts stays smooth.

const BUDGET_MS = 7;

const waiting = new Set<() => void>();
let scheduled = false;

export function schedule(task: () => void): void {
  waiting.add(task);
  requestRun();
}

export function cancel(task: () => void): void {
  waiting.delete(task);
}

function requestRun(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(run);
}

function run(): void {
  scheduled = false;
  const until = performance.now() + BUDGET_MS;
  for (const task of waiting) {
    waiting.delete(task);
    task();
    if (performance.now() >= until) break;
  }
  if (waiting.size > 0) requestRun();
}
