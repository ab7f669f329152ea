import { expect, test } from 'vitest';
import type { RunLeft } from '../tracker';
import { restoredSentence } from './restored-sentence';

const left = (...whys: RunLeft['why'][]) => whys.map((why) => ({ why }));

test('a restore says what came, what was here already, and what is here with less than the backup has', () => {
  expect(restoredSentence(2, [])).toBe('Restored 2 runs.');
  expect(restoredSentence(1, left('whole'))).toBe('Restored one run. One run is here already.');
  expect(restoredSentence(3, left('whole', 'shorter', 'whole', 'different'))).toBe(
    'Restored 3 runs. 2 runs are here already. 2 runs are here with less than the backup has, and were left alone.',
  );
  expect(restoredSentence(0, left('running'))).toBe(
    'No run was restored. One run is here with less than the backup has, and was left alone.',
  );
  expect(restoredSentence(0, left('whole', 'whole'))).toBe('Nothing was missing: no run was restored.');
});
