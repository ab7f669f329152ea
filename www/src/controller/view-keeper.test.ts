import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunRecord } from '../tracker';
import type { ExperimentEntry } from './snapshot';
import { type Shown, ViewKeeper } from './view-keeper';

/** The places that the back button returns to; the last one is shown. */
let places: string[];
let remembered: Map<string, string>;
let navigated: () => void;

beforeEach(() => {
  places = ['https://example.org/'];
  remembered = new Map();
  vi.stubGlobal('location', {
    get href() {
      return places.at(-1);
    },
    get search() {
      return new URL(places.at(-1) as string).search;
    },
  });
  vi.stubGlobal('history', {
    state: null,
    pushState: (_state: unknown, _title: string, url: URL) => places.push(url.href),
    replaceState: (_state: unknown, _title: string, url: URL) => places.splice(-1, 1, url.href),
  });
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => remembered.get(key) ?? null,
    setItem: (key: string, text: string) => remembered.set(key, text),
    removeItem: (key: string) => remembered.delete(key),
  });
  vi.stubGlobal('addEventListener', (_type: string, listener: () => void) => {
    navigated = listener;
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const asked = (place: string) => Object.fromEntries(new URL(place).searchParams);
const address = () => asked(location.href);
const go = (search: string) => places.splice(0, places.length, `https://example.org/${search}`);
const keeper = (changed = () => {}) => new ViewKeeper('lab', true, changed);
const run = (run_id: string, experiment_id = 'exp-1') => ({ run_id, experiment_id }) as RunRecord;
/** The experiment is shown, with these runs in its charts. */
const showing = (experiment_id: string, ...run_ids: string[]): Shown => ({
  experiment: { experiment_id } as ExperimentEntry,
  selected: run_ids.map((id) => run(id)),
});

test('an experiment is looked at again as it was, at whatever runs it has by then', () => {
  const keep = keeper();
  keep.recall('exp-1');
  keep.handle({ type: 'view', change: { smoothing: 0.6, selection: ['run-1'] } }, showing('exp-1', 'run-1'));
  keep.remember();
  keep.layOut({ type: 'toggle-name', list: 'folded', name: 'train' });

  keep.handle({ type: 'open-experiment', experiment_id: 'exp-2' }, showing('exp-1', 'run-1'));
  keep.recall('exp-2');
  keep.remember();
  keep.handle({ type: 'view', change: { smoothing: 0.9 } }, showing('exp-2'));
  keep.remember();
  expect(keep.layout.folded).toEqual([]);

  keep.handle({ type: 'open-experiment', experiment_id: 'exp-1' }, showing('exp-2'));
  expect(keep.recall('exp-1')).toBe(true);
  expect([keep.view.smoothing, keep.view.selection, keep.layout.folded]).toEqual([0.6, undefined, ['train']]);
  expect(address()).toEqual({ experiment: 'exp-1', smooth: '0.6' });
});

test('an address that says how to look at an experiment is followed, whatever is remembered of it', () => {
  const before = keeper();
  before.recall('exp-1');
  before.handle({ type: 'view', change: { smoothing: 0.6 } }, showing('exp-1'));
  before.remember();

  go('?experiment=exp-1');
  const bare = keeper();
  expect([bare.recall('exp-1'), bare.view.smoothing]).toEqual([true, 0.6]);
  go('?experiment=exp-1&x=relative');
  const link = keeper();
  expect([link.recall('exp-1'), link.view.smoothing, link.view.xAxis]).toEqual([false, 0, 'relative']);
});

test('the back button brings back what was looked at', () => {
  const changed = vi.fn();
  const keep = keeper(changed);
  keep.recall('exp-1');
  keep.handle({ type: 'view', change: { query: 'adam' } }, showing('exp-1'));
  expect(places, 'a filter is no step').toHaveLength(1);
  keep.handle({ type: 'view', change: { run_id: 'run-1' } }, showing('exp-1'));
  expect(places.map(asked)).toEqual([{ q: 'adam' }, { q: 'adam', run: 'run-1' }]);
  places.pop();
  navigated();
  expect(changed).toHaveBeenCalledOnce();
  expect([keep.view.run_id, keep.view.query]).toEqual([undefined, 'adam']);
});

test('the address names no run that was deleted, and a run that begins while others are chosen', () => {
  go('?experiment=exp-1&runs=run-1,run-2&run=run-2');
  const keep = keeper();
  keep.recall('exp-1');
  keep.forget(['run-2']);
  expect(address()).toEqual({ experiment: 'exp-1', runs: 'run-1' });
  keep.welcome('run-3');
  expect(address()).toEqual({ experiment: 'exp-1', runs: 'run-1,run-3' });
});

test('runs of another experiment are shown in that one, without the filters that would hide them', () => {
  const keep = keeper();
  keep.recall('exp-1');
  keep.handle({ type: 'view', change: { query: 'adam', range: [1, 2], panel: 'compare' } }, showing('exp-1'));
  keep.showRuns([run('run-7', 'exp-2'), run('run-8', 'exp-2'), run('run-1')], true, showing('exp-1'));
  expect(address()).toEqual({ experiment: 'exp-2', runs: 'run-7,run-8', run: 'run-7' });
});

test('a run is taken out of the charts, and put in again, among those that are shown by themselves', () => {
  const keep = keeper();
  keep.handle({ type: 'toggle-run', run_id: 'run-2' }, showing('exp-1', 'run-1', 'run-2'));
  expect(keep.view.selection).toEqual(['run-1']);
  keep.handle({ type: 'toggle-run', run_id: 'run-2' }, showing('exp-1', 'run-1'));
  expect(keep.view.selection).toEqual(['run-1', 'run-2']);
});
