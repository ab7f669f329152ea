import { expect, test } from 'vitest';
import { fileName } from './export-choice';

const day = new Date(2026, 0, 9);

test('a file is named after what is in it, its day and its kind', () => {
  expect(fileName({ scope: 'selected', kind: 'jsonl', compress: true }, 'mnist', day)).toBe('mnist 2026-01-09.jsonl.gz');
  expect(fileName({ scope: 'experiment', kind: 'wide', compress: false }, 'mnist', day)).toBe('mnist 2026-01-09.csv');
  expect(fileName({ scope: 'everything', kind: 'csv', compress: false }, 'mnist', day)).toBe('entrenar 2026-01-09.csv');
});

test('a zip file is not compressed once more', () => {
  expect(fileName({ scope: 'experiment', kind: 'tensorboard', compress: true }, 'mnist', day)).toBe('mnist 2026-01-09.zip');
});

test('a name of five hundred characters makes a file name that every disk takes', () => {
  expect(fileName({ scope: 'experiment', kind: 'csv', compress: false }, 'x'.repeat(500), day).length).toBeLessThan(100);
});
