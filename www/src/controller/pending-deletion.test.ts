import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PendingDeletion } from './pending-deletion';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A deletion that is carried out when the test says so. */
function slow() {
  let done = () => {};
  const begun = vi.fn();
  const carryOut = () => {
    begun();
    return new Promise<void>((resolve) => {
      done = resolve;
    });
  };
  return { carryOut, begun, done: () => done() };
}

test('a run deleted while others are being deleted stays hidden', async () => {
  const deletion = new PendingDeletion(() => {});
  const [first, second, third] = [slow(), slow(), slow()];
  deletion.begin(['a'], first.carryOut);
  deletion.begin(['b'], second.carryOut);
  deletion.begin(['c'], third.carryOut);
  await vi.advanceTimersByTimeAsync(0);
  for (const id of ['a', 'b', 'c']) expect(deletion.hides(id)).toBe(true);
  first.done();
  await vi.advanceTimersByTimeAsync(0);
  expect(['a', 'b', 'c'].map((id) => deletion.hides(id))).toEqual([false, true, true]);
  second.done();
  await vi.advanceTimersByTimeAsync(0);
  expect(['b', 'c'].map((id) => deletion.hides(id))).toEqual([false, true]);
  expect(third.begun).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(7000);
  expect(third.begun).toHaveBeenCalledOnce();
  third.done();
});

test('what is undone is not deleted, and is seen again', async () => {
  const deletion = new PendingDeletion(() => {});
  const once = slow();
  deletion.begin(['a'], once.carryOut);
  deletion.undo();
  expect(deletion.hides('a')).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(once.begun).not.toHaveBeenCalled();
});

test('a deletion that fails does not keep the next one from being carried out', async () => {
  const deletion = new PendingDeletion(() => {});
  const next = vi.fn(async () => {});
  deletion.begin(['a'], async () => {
    throw new Error('no');
  });
  deletion.begin(['b'], next);
  await deletion.finish().catch(() => {});
  expect(next).toHaveBeenCalledOnce();
});
