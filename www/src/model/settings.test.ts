import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunRecord } from '../tracker';
import { matchesRun } from './run-filter';
import { formatSetting, sameSetting, settingsOf } from './settings';

const run = (config: object, tags: Record<string, string> = {}) =>
  ({
    run_id: 'run-1',
    experiment_id: 'exp-0',
    status: 'Success',
    interrupted: false,
    interruptions: [],
    created_ms: 0,
    heard_ms: 0,
    config,
    tags,
    artifacts: {},
    metrics: [],
    unsaved_points: 0,
  }) as RunRecord;
const finds = (query: string, config: object, tags?: Record<string, string>) => matchesRun(run(config, tags), { query, states: [] });

test('nested settings are flat, each under the names and indices that lead to it', () => {
  expect(settingsOf({ lr: 1, optimizer: { name: 'adam', betas: [0.9, 0.999] }, empty: {}, none: [] })).toEqual([
    { key: 'lr', value: 1 },
    { key: 'optimizer.name', value: 'adam' },
    { key: 'optimizer.betas.0', value: 0.9 },
    { key: 'optimizer.betas.1', value: 0.999 },
    { key: 'empty', value: {} },
    { key: 'none', value: [] },
  ]);
  expect(settingsOf({ layers: [64, 32], stages: [{ depth: 1 }] }, true)).toEqual([
    { key: 'layers', value: [64, 32] },
    { key: 'stages.0.depth', value: 1 },
  ]);
});

describe('a setting is shown exactly', () => {
  test.each([
    [20231129, '20231129'],
    [0.00012345, '0.00012345'],
    [1e-7, '1e-7'],
    [2 ** 53 - 1, '9007199254740991'],
    ['adam', 'adam'],
    ['1', '"1"'],
    ['', '""'],
    [true, 'true'],
    ['true', '"true"'],
    [null, 'null'],
    [[64, 32], '[64,32]'],
  ])('%j as %s', (value, text) => expect(formatSetting(value)).toBe(text));

  test('so that plain values that differ look different', () => {
    const plain = fc.oneof(fc.double(), fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.integer().map(String));
    fc.assert(fc.property(plain, plain, (a, b) => sameSetting(a, b) || formatSetting(a) !== formatSetting(b)));
  });
});

describe('runs are found by what a setting is', () => {
  test.each([
    ['lr:1e-4', { lr: 0.0001 }, true],
    ['lr:0.0001', { lr: 1e-4 }, true],
    ['batch:1000', { batch: 1000 }, true],
    ['seed:20231105', { seed: 20231105 }, true],
    ['seed:20231105', { seed: 20231106 }, false],
    ['dropout:-0.5', { dropout: -0.5 }, true],
    ['batch:10', { batch: 10 }, true],
    ['batch:10', { batch: 100 }, false],
    ['betas.0:0.9', { optimizer: { betas: [0.9, 0.999] } }, true],
    ['optimizer.betas.0:0.999', { optimizer: { betas: [0.9, 0.999] } }, false],
    ['layers:[64,32]', { layers: [64, 32] }, true],
    ['layers.1:32', { layers: [64, 32] }, true],
    ['optimizer:ada', { optimizer: 'AdamW' }, true],
    ['amp:true', { amp: true }, true],
    ['amp:true', { amp: false }, false],
    ['note:"two words"', { note: 'has two words' }, true],
    ['note:"two words"', { note: 'two, words' }, false],
    ['url:http://a', { url: 'http://a/b' }, true],
    // While the value is not typed yet.
    ['lr:', { lr: 1e-4 }, true],
    ['lr: 1e-4', { lr: 1e-4 }, true],
    ['amp:', { amp: false }, true],
    ['lr:', { amp: false }, false],
    ['adam 0.1', { optimizer: 'adam', lr: 0.1 }, true],
    ['', {}, true],
  ])('%s in %j: %j', (query, config, found) => expect(finds(query, config)).toBe(found));

  test('and by tags, whose values are always text', () => {
    expect(finds('team:vis', {}, { team: 'vision' })).toBe(true);
    expect(finds('fold:1', {}, { fold: '12' })).toBe(true);
  });

  test('any number is found as it is shown', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => finds(`lr:${formatSetting(value)}`, { lr: value })),
    );
  });
});
