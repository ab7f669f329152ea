// Which changes of what is looked at become places that the back button returns to. Browsers keep some fifty of them in all: a dashboard
// that took them up would leave no way back to where its reader came from.

/** Steps that follow each other so closely are one gesture: a double click, a look through the runs by keyboard. */
export const GESTURE_MS = 1000;
export const MOST_STEPS = 20;

export interface StepsSoFar {
  /** Places that this page has made before the one that is shown. */
  count: number;
  last_ms: number;
}

/** The steps after another, or undefined if it takes the place of what is shown. */
export function stepAfter({ count, last_ms }: StepsSoFar, now_ms: number): StepsSoFar | undefined {
  if (count >= MOST_STEPS || now_ms - last_ms < GESTURE_MS) return undefined;
  return { count: count + 1, last_ms: now_ms };
}

/** As the history keeps it with a place. */
export function readSteps(state: unknown): number {
  const count = typeof state === 'object' && state !== null ? (state as Record<string, unknown>).entrenar : undefined;
  return Number.isInteger(count) && (count as number) >= 0 ? (count as number) : 0;
}
