// What a restore did, in a sentence or two. What the backup has more of, run by run, the storage says itself.

import type { RunLeft } from '../tracker';

const runs = (count: number) => (count === 1 ? 'one run' : `${count} runs`);

export function restoredSentence(restored: number, left: readonly Pick<RunLeft, 'why'>[]): string {
  const behind = left.filter(({ why }) => why !== 'whole').length;
  const whole = left.length - behind;
  const said = [];
  if (restored > 0) said.push(`Restored ${runs(restored)}.`);
  else if (behind === 0) said.push('Nothing was missing: no run was restored.');
  else said.push('No run was restored.');
  const is = (count: number) => (count === 1 ? 'is' : 'are');
  if (restored > 0 && whole > 0) said.push(`${capital(runs(whole))} ${is(whole)} here already.`);
  if (behind > 0)
    said.push(
      `${capital(runs(behind))} ${is(behind)} here with less than the backup has, and ${behind === 1 ? 'was' : 'were'} left alone.`,
    );
  return said.join(' ');
}

const capital = (text: string) => text[0]?.toUpperCase() + text.slice(1);
