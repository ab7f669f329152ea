import fc from 'fast-check';
import { expect, test } from 'vitest';
import { metricFilter } from './metric-query';

const keys = ['train/loss', 'val/loss', 'val/top1', 'layer0/grad_norm', 'layer12/grad_norm', 'a (b'];

test.each([
  ['', keys],
  ['LOSS', ['train/loss', 'val/loss']],
  ['loss val', ['val/loss']],
  ['val/', ['val/loss', 'val/top1']],
  ['/^layer\\d\\//', ['layer0/grad_norm']],
  ['/loss|top1/', ['train/loss', 'val/loss', 'val/top1']],
  ['/top', ['val/top1']],
  ['(b', ['a (b']],
])('%s', (query, found) => expect(keys.filter(metricFilter(query))).toEqual(found));

test('nothing that is typed throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (query, key) => {
      expect(typeof metricFilter(query)(key)).toBe('boolean');
      expect(typeof metricFilter(`/${query}`)(key)).toBe('boolean');
    }),
  );
});
