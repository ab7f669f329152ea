import { expect, test } from 'vitest';
import { GESTURE_MS, MOST_STEPS, readSteps, stepAfter } from './history-steps';

test('steps of one gesture are one place in the history', () => {
  const first = stepAfter({ count: 0, last_ms: -Infinity }, 5000);
  expect(first).toEqual({ count: 1, last_ms: 5000 });
  expect(stepAfter(first!, 5000 + GESTURE_MS - 1)).toBeUndefined();
  expect(stepAfter(first!, 5000 + GESTURE_MS)).toEqual({ count: 2, last_ms: 5000 + GESTURE_MS });
});

test('a page takes up no more than so many places in the history', () => {
  let steps = { count: 0, last_ms: -Infinity };
  for (let now = 0; now < 100 * GESTURE_MS; now += GESTURE_MS) steps = stepAfter(steps, now) ?? steps;
  expect(steps.count).toBe(MOST_STEPS);
});

test.each([undefined, null, 7, 'x', {}, { entrenar: -1 }, { entrenar: 'x' }])(
  'a place that keeps %j was not made by the dashboard',
  (state) => expect(readSteps(state)).toBe(0),
);
