import { expect, test } from 'vitest';
import { groupMetrics } from './metric-groups';

const groups = (keys: string[]) => groupMetrics(keys).map(({ prefix, keys }) => [prefix, ...keys]);

test('what a training is judged by comes first, then what stands alone, then the rest', () => {
  expect(
    groups(['layer2/a', 'layer2/b', 'layer10/a', 'layer10/b', 'loss', 'val/loss', 'val/acc', 'train/loss', 'train/acc', 'lonely/one']),
  ).toEqual([
    ['train', 'train/loss', 'train/acc'],
    ['val', 'val/loss', 'val/acc'],
    ['', 'lonely/one', 'loss'],
    ['layer2', 'layer2/a', 'layer2/b'],
    ['layer10', 'layer10/a', 'layer10/b'],
  ]);
});

test('a metric without a prefix is not below two thousand others', () => {
  const many = Array.from({ length: 2000 }, (_, i) => `layer${i % 50}/weight ${i}`);
  expect(groups([...many, 'loss'])[0]).toEqual(['', 'loss']);
});
