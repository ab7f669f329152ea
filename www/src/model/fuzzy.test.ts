import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fuzzyBest } from './fuzzy';

const best = (query: string, names: readonly string[]) => fuzzyBest(query, names, (name) => name, 5);

test('every word has to be in the name, in any order', () => {
  const names = ['train/loss', 'val/loss', 'val/accuracy'];
  expect(best('loss val', names)).toEqual(['val/loss']);
  expect(best('LOSS', names)).toEqual(['val/loss', 'train/loss']);
  expect(best('nothing', names)).toEqual([]);
  expect(best('  ', names)).toEqual(names);
});

test('what begins a word comes before what is inside of one, and that before letters apart', () => {
  expect(best('acc', ['a cold cat', 'vacchini', 'val/accuracy', 'accuracy', 'bach can'])).toEqual([
    'accuracy',
    'val/accuracy',
    'vacchini',
    'a cold cat',
  ]);
});

test('letters may be left out, and are not taken from all over the name', () => {
  expect(best('tloss', ['train/loss', 'test/accuracy of the slow class'])).toEqual(['train/loss']);
  expect(best('lrate', ['learning_rate', 'clear rotation value', 'follow the rate'])).toEqual(['learning_rate']);
});

test('a name is found by itself, and by nothing that it lacks a letter of', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (name, query) => {
      if (name.trim()) expect(best(name, [name])).toEqual([name]);
      for (const found of best(query, [name]))
        for (const letter of query.toLowerCase().replace(/\s/g, '')) expect(found.toLowerCase()).toContain(letter);
    }),
  );
});
