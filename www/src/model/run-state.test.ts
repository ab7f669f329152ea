// How long a run took.
import { expect, test } from 'vitest';
import type { RunRecord } from '../tracker';
import { interruptedBefore, runDuration } from './run-state';

const run = (fields: Partial<RunRecord>) =>
  ({ status: 'Running', created_ms: 0, heard_ms: 0, interruptions: [], ...fields }) as unknown as RunRecord;
const interruptions = [
  { from_ms: 100, until_ms: 150 },
  { from_ms: 200, until_ms: 1200 },
];

test('the duration of a run that was resumed leaves its interruptions out', () => {
  expect(runDuration(run({ started_ms: 50, ended_ms: 1300, status: 'Success', interruptions }), 9999)).toBe(200);
  expect(runDuration(run({ started_ms: 50, interruptions }), 1400)).toBe(300);
});

test('the duration of an interrupted run ends where it was last heard of', () => {
  expect(runDuration(run({ started_ms: 50, heard_ms: 180, interrupted: true, interruptions: interruptions.slice(0, 1) }), 9999)).toBe(80);
});

test('the time before a moment in an interruption counts as far as that moment', () => {
  expect([0, 100, 120, 150, 180, 300, 5000].map((time) => interruptedBefore(interruptions, time))).toEqual([0, 0, 20, 50, 50, 150, 1050]);
});
