import { expect, test, vi } from 'vitest';
import type { RunRecord, Series, Storage } from '../tracker';
import { neededSeries } from './needs';
import { SeriesCache } from './series-cache';
import type { Snapshot } from './snapshot';

const series = (length: number, first = 0): Series => ({
  step: Float64Array.from({ length: length - first }, (_, i) => first + i),
  value: Float64Array.from({ length: length - first }, (_, i) => (first + i) / 2),
  timestamp: Float64Array.from({ length: length - first }, (_, i) => 1000 + first + i),
});

function fake(length = 10) {
  const stored = { length };
  const storage = {
    get_metrics: vi.fn(async () => series(stored.length)),
    get_metrics_from: vi.fn(async (_run: string, _key: string, first: number) => series(stored.length, first)),
  };
  return { stored, ...storage, storage: storage as unknown as Storage };
}

const need = (run: number, key = 'loss') => ({ run_id: `run-${run}`, key });

test('looking at a series reads nothing; needing it reads it once', async () => {
  const { storage, get_metrics } = fake();
  const changed = vi.fn();
  const cache = new SeriesCache(storage, changed);
  expect(cache.get('run-0', 'loss')).toBeUndefined();
  expect(get_metrics).not.toHaveBeenCalled();
  cache.need([need(0)]);
  cache.need([need(0)]);
  await vi.waitFor(() => expect(changed).toHaveBeenCalledOnce());
  expect(get_metrics).toHaveBeenCalledOnce();
  expect(cache.get('run-0', 'loss')).toMatchObject({ revision: 1, reading: false, stale: false });
});

test('what is new of a series is read when it has changed and is still needed', async () => {
  const { storage, stored, get_metrics, get_metrics_from } = fake();
  const cache = new SeriesCache(storage, () => {});
  cache.need([need(0)]);
  await vi.waitFor(() => expect(cache.get('run-0', 'loss')?.revision).toBe(1));
  stored.length = 12;
  cache.markStale('run-0', ['loss']);
  expect(get_metrics_from).not.toHaveBeenCalled();
  cache.need([need(0)]);
  await vi.waitFor(() => expect(cache.get('run-0', 'loss')?.columns.length).toBe(12));
  expect(get_metrics_from).toHaveBeenCalledWith('run-0', 'loss', 9);
  expect(get_metrics).toHaveBeenCalledOnce();
});

test('a series that cannot be read says why', async () => {
  const { storage, get_metrics } = fake();
  get_metrics.mockRejectedValueOnce(new Error('no'));
  const cache = new SeriesCache(storage, () => {});
  cache.need([need(0)]);
  await vi.waitFor(() => expect(cache.get('run-0', 'loss')?.error).toBe('no'));
});

test('what is no longer needed is given back beyond the budget, least recently needed first', async () => {
  const { storage } = fake(10);
  const cache = new SeriesCache(storage, () => {}, 20);
  const look = async (run: number) => {
    cache.need([need(run)]);
    await vi.waitFor(() => expect(cache.get(`run-${run}`, 'loss')).toMatchObject({ revision: 1, reading: false }));
  };
  for (const run of [0, 1, 2, 0, 3]) await look(run);
  cache.need([]);
  expect([0, 1, 2, 3].map((run) => cache.get(`run-${run}`, 'loss') !== undefined)).toEqual([true, false, false, true]);
  // What is needed is kept, however much it is.
  const all = [0, 1, 2, 3].map((run) => need(run));
  cache.need(all);
  await vi.waitFor(() => expect(all.every(({ run_id, key }) => cache.get(run_id, key)?.revision === 1)).toBe(true));
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
