import { expect, test } from 'vitest';
import { canBeSeen, experimentName, shownKey } from './names';

test.each(['', '   ', '\u200b\u200e', '\u00a0\u3000', '\u0007', '\u2800', '\ufeff'])('of %j there is nothing to see', (name) => {
  expect(canBeSeen(name)).toBe(false);
  expect(shownKey(name)).toBe(`“${name}”`);
  expect(experimentName({ name, experiment_id: 'exp-1' })).toBe('exp-1');
});

test.each(['a', ' a ', '.', '😀', '\u202eabc', 'é'])('%j can be seen and is shown as it is', (name) => expect(shownKey(name)).toBe(name));
