import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readChosenColors, runStroke, writeChosenColors } from './chosen-colors';
import { DARK, LIGHT, strokeOf } from './run-colors';

test('chosen colours are read as they were written', () => {
  const hex = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, '0')}`);
  const color = fc.oneof(fc.integer({ min: 0, max: 19 }), hex);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), color)), (entries) => {
      const colors = new Map(entries);
      expect(readChosenColors(writeChosenColors(colors))).toEqual(colors);
    }),
  );
});

test('what is stored and makes no sense is left out, whatever it is', () => {
  fc.assert(fc.property(fc.json(), (text) => void readChosenColors(text)));
  for (const nonsense of [null, '', '{', '{}', 'null', '7', '["a"]']) expect(readChosenColors(nonsense)).toEqual(new Map());
  const stored = [
    ['a', 3],
    ['b', '#12345'],
    ['c', 20],
    ['d', -1],
    ['e', 'red;x:url(y)'],
    ['f', 1.5],
    [4, 4],
    ['g', '#ABCDEF'],
    ['h', 1, 2],
  ];
  expect(readChosenColors(JSON.stringify(stored))).toEqual(
    new Map<string, number | string>([
      ['a', 3],
      ['g', '#ABCDEF'],
    ]),
  );
});

test('so many colours are remembered that the store stays small, and the latest are kept', () => {
  const colors = new Map(Array.from({ length: 3000 }, (_, i) => [`run-${i}`, i % 20]));
  const read = readChosenColors(writeChosenColors(colors));
  expect(read.size).toBe(2000);
  expect(read.has('run-2999')).toBe(true);
});

test('a chosen colour takes the place of the given one, with its shade for each ground, and keeps the dash', () => {
  const strokes = new Map([
    ['a', 25],
    ['b', 2],
  ]);
  const colors = new Map<string, number | string>([
    ['a', 7],
    ['c', '#123456'],
  ]);
  expect(runStroke({ strokes, colors }, 'a', false)).toEqual({ color: LIGHT[7], dash: strokeOf(25, false).dash });
  expect(runStroke({ strokes, colors }, 'a', true).color).toBe(DARK[7]);
  expect(runStroke({ strokes, colors }, 'b', false)).toEqual(strokeOf(2, false));
  expect(runStroke({ strokes, colors }, 'c', true).color).toBe('#123456');
});
