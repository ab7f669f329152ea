import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arrangeMetrics, inOrder, type MetricGroup } from './metric-groups';

const NOTHING = { pinnedCharts: [], pinnedGroups: [] };

/** `path: key, key` and what is in it, indented by a dot. */
function outline(keys: string[], pins = NOTHING): string[] {
  const lines = (group: MetricGroup, dots: string): string[] => [
    `${dots}${group.name}: ${group.keys.join(', ')}`,
    ...group.groups.flatMap((each) => lines(each, `${dots}.`)),
  ];
  const { pinned, groups } = arrangeMetrics([...keys].sort(), pins);
  return [...(pinned.length > 0 ? [`pinned: ${pinned.join(', ')}`] : []), ...groups.flatMap((group) => lines(group, ''))];
}

test('groups nest by their slashes', () => {
  expect(
    outline(['train/loss/a', 'train/loss/b', 'train/acc', 'train/lr', 'gpu/0/memory', 'gpu/0/power', 'gpu/1/memory', 'gpu/1/power']),
  ).toEqual([
    'train: train/acc, train/lr',
    '.loss: train/loss/a, train/loss/b',
    'gpu: ',
    '.0: gpu/0/memory, gpu/0/power',
    '.1: gpu/1/memory, gpu/1/power',
  ]);
});

test('what a training is judged by comes first, and the losses first in each group', () => {
  expect(
    outline([
      'layer10/a',
      'layer10/b',
      'layer2/a',
      'layer2/b',
      'val/loss',
      'val/acc',
      'train/acc',
      'train/loss',
      'loss/x',
      'loss/y',
      'epoch',
    ]),
  ).toEqual([
    'loss: loss/x, loss/y',
    'train: train/loss, train/acc',
    'val: val/loss, val/acc',
    ': epoch',
    'layer2: layer2/a, layer2/b',
    'layer10: layer10/a, layer10/b',
  ]);
});

test('metrics without a prefix come first if one of them is judged by', () => {
  expect(outline(['accuracy', 'epoch', 'train/a', 'train/b'])).toEqual([': accuracy, epoch', 'train: train/a, train/b']);
});

test.each(['layer', 'train'])('a metric without a prefix is not below two thousand of %s', (prefix) => {
  const many = Array.from({ length: 2000 }, (_, i) => `${prefix}/weight ${i}`);
  expect(outline([...many, 'epoch'])[0]).toBe(': epoch');
});

test('a group of one is none, and one that holds only another is that other', () => {
  expect(outline(['lonely/one', 'a/b/c', 'a/b/d', 'x/y', 'x/z', 'x/w/v'])).toEqual([
    ': lonely/one',
    'a/b: a/b/c, a/b/d',
    'x: x/w/v, x/y, x/z',
  ]);
});

test('what is pinned comes first, in the order in which it was pinned, and is nowhere else', () => {
  const keys = ['train/loss/a', 'train/loss/b', 'train/acc', 'train/lr', 'val/a', 'val/b', 'z/a', 'z/b'];
  expect(outline(keys, { pinnedCharts: ['val/b', 'gone', 'train/acc'], pinnedGroups: ['z', 'gone', 'train/loss'] } as never)).toEqual([
    'pinned: val/b, train/acc',
    'z: z/a, z/b',
    'train/loss: train/loss/a, train/loss/b',
    ': train/lr, val/a',
  ]);
});

test('whatever keys are called, each is shown once and no two groups have one path', () => {
  const key = fc
    .array(fc.constantFrom('/', 'a', 'b', 'loss', ' ', '__proto__', 'constructor'), { minLength: 1, maxLength: 12 })
    .map((parts) => parts.join(''));
  const set = fc.uniqueArray(key, { maxLength: 40 });
  fc.assert(
    fc.property(set, set, (keys, paths) => {
      const pins = { pinnedCharts: keys.slice(0, 2), pinnedGroups: paths };
      const { pinned, groups } = arrangeMetrics([...keys].sort(), pins);
      const all: MetricGroup[] = [];
      const visit = (group: MetricGroup) => {
        all.push(group);
        expect(group.size).toBe(group.keys.length + group.groups.reduce((sum, each) => sum + each.size, 0));
        expect(group.keys.every((each) => each.startsWith(group.path))).toBe(true);
        group.groups.forEach(visit);
      };
      groups.forEach(visit);
      expect([...pinned, ...all.flatMap((group) => group.keys)].sort()).toEqual([...keys].sort());
      expect(new Set(all.map((group) => group.path)).size).toBe(all.length);
      expect(inOrder(keys).sort()).toEqual([...keys].sort());
    }),
  );
});
