import { expect, test } from 'vitest';
import type { CsvPreview } from '../tracker';
import { columnOf, mayBeMetric, nameable, shapeText, withMetric, withRole } from './csv-columns';

const wide: CsvPreview = {
  delimiter: ',',
  shape: 'wide',
  columns: [
    { name: 'epoch', role: 'x' },
    { name: 'model', role: 'run' },
    { name: 'loss', role: 'metric' },
    { name: 'acc', role: 'metric' },
    { name: 'note' },
  ],
  rows: [],
};

test('a column that is given a role has its former one no longer', () => {
  expect(withRole({}, wide, 'timestamp', 0)).toEqual({ timestamp: 'epoch', x: null });
  expect(withRole({ x: 'epoch' }, wide, 'x', 2)).toEqual({ x: 'loss' });
  expect(withRole({}, wide, 'run', -1)).toEqual({ run: null });
  expect(withRole({ metrics: ['loss', 'acc'] }, wide, 'x', 2)).toEqual({ metrics: ['acc'], x: 'loss' });
});

test('a metric that is left out leaves the others, and another column may become one', () => {
  expect(withMetric({}, wide, 2, false)).toEqual({ metrics: ['acc'] });
  expect(withMetric({ x: null }, wide, 4, true)).toEqual({ x: null, metrics: ['loss', 'acc', 'note'] });
});

test('only what is nothing else may be a metric, and nothing with a row for each point', () => {
  expect([0, 1, 2, 4].map((index) => mayBeMetric(wide, index))).toEqual([false, false, true, true]);
  expect(mayBeMetric({ ...wide, shape: 'long' }, 4)).toBe(false);
});

test('of columns of one name the first can be named, and no more than are shown', () => {
  const twice = { ...wide, columns: [{ name: 'a' }, { name: 'a' }, { name: 'b' }, { name: 'c' }] };
  expect(nameable(twice, 2)).toEqual([
    { index: 0, name: 'a' },
    { index: 2, name: 'b' },
  ]);
  expect(columnOf(wide, 'run')).toBe(1);
  expect(columnOf(wide, 'key')).toBe(-1);
});

test('the shape is said in words', () => {
  expect(shapeText(wide)).toBe('A column for each metric: 2 metrics.');
  expect(shapeText({ ...wide, shape: 'long' })).toBe('A row for each point.');
  const { shape: _, ...unknown } = wide;
  expect(shapeText(unknown)).toContain('cannot be told');
});
