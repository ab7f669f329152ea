import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignSlots, DARK, LIGHT, strokeOf } from './run-colors';
import { foldNames } from './run-labels';

test('what names have in common is folded, what tells them apart is not', () => {
  expect(foldNames(['resnet50-imagenet-lr0.1-seed1-cosine-warmup', 'resnet50-imagenet-lr0.01-seed2-cosine-warmup'])).toEqual([
    '…lr0.1-seed1…',
    '…lr0.01-seed2…',
  ]);
  expect(foldNames(['quiet otter', 'quiet lynx'])).toEqual(['quiet otter', 'quiet lynx']);
  expect(foldNames(['a very long name of a run'])).toEqual(['a very long name of a run']);
  expect(foldNames(['baseline-of-the-model', 'baseline-of-the-model-2'])[1]).toContain('2');
});

test('different names have different labels, and nothing is left out without a sign', () => {
  const word = fc.constantFrom('resnet50', 'baseline', 'seed', '1', '2', 'a');
  const name = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join('-'));
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), fc.constantFrom('', 'a-long-common-prefix-'), (names, prefix) => {
      const whole = names.map((each) => prefix + each);
      const labels = foldNames(whole);
      expect(new Set(labels).size).toBe(new Set(whole).size);
      for (const [i, label] of labels.entries()) {
        expect(label.replaceAll('…', '').length).toBeGreaterThan(0);
        if (label !== whole[i]) expect(label).toContain('…');
      }
    }),
  );
});

const id = fc.integer({ min: 0, max: 200 }).map((n) => `run-${n}`);
const ids = (maxLength: number) => fc.uniqueArray(id, { maxLength, size: 'max' });

test('shown runs have colours of their own, twenty before any dash, and keep them while they are shown', () => {
  fc.assert(
    fc.property(ids(50), ids(50), (first, second) => {
      const before = assignSlots(first, new Map());
      const after = assignSlots(second, before);
      expect(new Set(after.values()).size).toBe(second.length);
      for (const run of second) if (before.has(run)) expect(after.get(run)).toBe(before.get(run));
      if (first.length <= 20) for (const slot of before.values()) expect(strokeOf(slot, false).dash).toEqual([]);
    }),
  );
});

test('the same runs get the same colours in any order', () => {
  fc.assert(
    fc.property(ids(20), (runs) => {
      const slots = assignSlots(runs, new Map());
      const reversed = assignSlots([...runs].reverse(), new Map());
      for (const run of runs)
        if (runs.filter((each) => Number(each.slice(4)) % 20 === Number(run.slice(4)) % 20).length === 1)
          expect(slots.get(run)).toBe(reversed.get(run));
    }),
  );
});

test.each([
  ['light', LIGHT, '#ffffff'],
  ['dark', DARK, '#1a1c1f'],
])('the colours on %s ground are told apart and stand out from it', (_, palette, ground) => {
  expect(palette).toHaveLength(20);
  const linear = (hex: string) =>
    [1, 3, 5]
      .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  const luminance = (hex: string) => {
    const [r, g, b] = linear(hex) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const lab = (hex: string) => {
    const [r, g, b] = linear(hex) as [number, number, number];
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  for (const [i, color] of palette.entries()) {
    const [a, b] = [luminance(color), luminance(ground)];
    expect((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)).toBeGreaterThanOrEqual(3);
    for (const other of palette.slice(i + 1))
      expect(Math.hypot(...lab(color).map((part, k) => part - lab(other)[k]!))).toBeGreaterThan(0.09);
  }
});
