import { expect, test, vi } from 'vitest';
import type { RunRecord, Storage } from '../tracker';
import { neededSeries } from './needs';
import { SeriesCache } from './series-cache';
import type { Snapshot } from './snapshot';

/** Curves of as many points as there are stored, when they are opened and when they are read again. */
function fake(length = 10) {
  const stored = { length };
  const refreshed = vi.fn();
  const freed = vi.fn();
  const open_curve = vi.fn(async (run_id: string) => {
    let known = stored.length;
    const refresh = async () => {
      refreshed(run_id);
      known = stored.length;
    };
    return { length: () => known, generation: () => 0, refresh, free: () => freed(run_id) };
  });
  return { stored, open_curve, refreshed, freed, storage: { open_curve } as unknown as Storage };
}

const need = (run: number, key = 'loss') => ({ run_id: `run-${run}`, key });

test('looking at a series reads nothing; needing it reads it once', async () => {
  const { storage, open_curve } = fake();
  const changed = vi.fn();
  const cache = new SeriesCache(storage, changed);
  expect(cache.get('run-0', 'loss')).toBeUndefined();
  expect(open_curve).not.toHaveBeenCalled();
  cache.need([need(0)]);
  cache.need([need(0)]);
  await vi.waitFor(() => expect(changed).toHaveBeenCalledOnce());
  expect(open_curve).toHaveBeenCalledOnce();
  expect(cache.get('run-0', 'loss')).toMatchObject({ revision: 1, reading: false, stale: false });
});

test('what is new of a series is read when it has changed and is still needed', async () => {
  const { storage, stored, open_curve, refreshed } = fake();
  const cache = new SeriesCache(storage, () => {});
  cache.need([need(0)]);
  await vi.waitFor(() => expect(cache.get('run-0', 'loss')?.revision).toBe(1));
  stored.length = 12;
  cache.markStale('run-0', ['loss']);
  expect(refreshed).not.toHaveBeenCalled();
  cache.need([need(0)]);
  await vi.waitFor(() => expect(cache.get('run-0', 'loss')?.curve.length).toBe(12));
  expect(refreshed).toHaveBeenCalledOnce();
  expect(open_curve).toHaveBeenCalledOnce();
});

test('a series that cannot be read says why', async () => {
  const { storage, open_curve } = fake();
  open_curve.mockRejectedValueOnce(new Error('no'));
  const cache = new SeriesCache(storage, () => {});
  cache.need([need(0)]);
  await vi.waitFor(() => expect(cache.get('run-0', 'loss')?.error).toBe('no'));
});

test('what is no longer needed is given back beyond the budget, least recently needed first', async () => {
  const { storage, freed } = fake(10);
  const cache = new SeriesCache(storage, () => {}, 20);
  const look = async (run: number) => {
    cache.need([need(run)]);
    await vi.waitFor(() => expect(cache.get(`run-${run}`, 'loss')).toMatchObject({ revision: 1, reading: false }));
  };
  for (const run of [0, 1, 2, 0, 3]) await look(run);
  cache.need([]);
  expect([0, 1, 2, 3].map((run) => cache.get(`run-${run}`, 'loss') !== undefined)).toEqual([true, false, false, true]);
  expect(freed.mock.calls).toEqual([['run-1'], ['run-2']]);
  // What is needed is kept, however much it is.
  const all = [0, 1, 2, 3].map((run) => need(run));
  cache.need(all);
  await vi.waitFor(() => expect(all.every(({ run_id, key }) => cache.get(run_id, key)?.revision === 1)).toBe(true));
});

test('what is read of a run that is gone meanwhile is given back, and its curve draws nothing', async () => {
  const { storage, freed } = fake();
  const cache = new SeriesCache(storage, () => {});
  cache.need([need(0), need(1)]);
  const { curve } = cache.get('run-0', 'loss')!;
  cache.forget('run-0');
  await vi.waitFor(() => expect(freed.mock.calls).toEqual([['run-0']]));
  expect(curve.length).toBe(0);
  cache.stop();
  await vi.waitFor(() => expect(freed.mock.calls).toEqual([['run-0'], ['run-1']]));
});

test('needed are the charts in sight, what is compared, and the open run', () => {
  const run = (run_id: string, keys: string[]) =>
    ({ run_id, metrics: keys.map((key) => ({ key, count: 1, last_step: 0, last_value: 0 })) }) as RunRecord;
  const selected = [run('run-0', ['loss', 'speed']), run('run-1', ['loss', 'accuracy'])];
  const charts = new Set(['loss', 'accuracy']);
  const of = (rest: Partial<Snapshot>, panel: 'charts' | 'compare') =>
    neededSeries({ selected, view: { panel }, ...rest } as Snapshot, { charts }).map(({ run_id, key }) => `${run_id} ${key}`);
  expect(of({}, 'charts')).toEqual(['run-0 loss', 'run-1 loss', 'run-1 accuracy']);
  expect(of({}, 'compare')).toEqual(['run-0 loss', 'run-1 loss', 'run-1 accuracy']);
  const many = run(
    'run-2',
    Array.from({ length: 30 }, (_, i) => `metric ${i}`),
  );
  expect(of({ selected: [], detail: many }, 'charts')).toHaveLength(12);
  expect(of({ selected: [], detail: many, allMetricsOf: 'run-2' }, 'charts')).toHaveLength(30);
});
