import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunRecord, Storage } from '../tracker';
import { Deletions } from './deletions';
import { Notices } from './notices';
import { initialSnapshot } from './snapshot';

let notices: Notices;
let gone: string[];

beforeEach(() => {
  vi.useFakeTimers();
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => kept.set(key, text),
    removeItem: (key: string) => kept.delete(key),
  });
  notices = new Notices();
  gone = [];
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const snapshot = {
  ...initialSnapshot(false),
  runs: ['run-1', 'run-2'].map((run_id) => ({ run_id, run_name: `number ${run_id.at(-1)}` }) as RunRecord),
};
const storage = (delete_run = async (_: string) => {}) => ({ delete_run }) as unknown as Storage;
const deletions = () =>
  new Deletions(
    'lab',
    notices,
    () => {},
    (ids) => gone.push(...ids),
  );
const remove = (from: Deletions, run_id: string, within = storage()) =>
  from.handle(within, { type: 'delete-runs', run_ids: [run_id] }, snapshot);

/** What a page says that is opened now in the same tab. */
function saidByNextPage() {
  const said = new Notices();
  new Deletions(
    'lab',
    said,
    () => {},
    () => {},
  ).begin();
  return said.state.notice?.text;
}

test('a page that is reloaded before it deletes a run says that the run is still there', async () => {
  remove(deletions(), 'run-1');
  expect(notices.state.notice).toEqual({ text: 'Deleted “number 1”.', undo: true });
  expect(saidByNextPage()).toBe('The page was reloaded before it deleted “number 1”: nothing was deleted.');
});

test('what was deleted, or is not to be deleted any more, is not spoken of after a reload', async () => {
  const deleting = deletions();
  remove(deleting, 'run-1');
  await deleting.finish();
  expect([gone, notices.state.notice, saidByNextPage()]).toEqual([['run-1'], undefined, undefined]);
  remove(deleting, 'run-2');
  deleting.handle(storage(), { type: 'undo-delete' }, snapshot);
  await deleting.finish();
  expect([gone, notices.state.notice, saidByNextPage()]).toEqual([['run-1'], undefined, undefined]);
});

test('what was deleted is not spoken of after a reload although another notice came meanwhile, which stays', async () => {
  const deleting = deletions();
  remove(deleting, 'run-1');
  notices.say('Imported 2 runs.');
  expect(saidByNextPage(), 'not deleted yet').toContain('number 1');
  remove(deleting, 'run-2');
  notices.say('Imported 3 runs.');
  await deleting.finish();
  expect([gone, notices.state.notice?.text, saidByNextPage()]).toEqual([['run-1', 'run-2'], 'Imported 3 runs.', undefined]);
});

test('the last deletion can be undone although the one before is being carried out', async () => {
  const deleting = deletions();
  remove(deleting, 'run-1');
  remove(deleting, 'run-2');
  await vi.advanceTimersByTimeAsync(0);
  expect([gone, notices.state.notice?.text]).toEqual([['run-1'], 'Deleted “number 2”.']);
  expect(saidByNextPage()).toContain('number 2');
});

test('a run that cannot be deleted is seen again, and the reason is said', async () => {
  const deleting = deletions();
  const refusing = storage(() => Promise.reject(new Error('The disk is full.')));
  remove(deleting, 'run-1', refusing);
  expect(deleting.hides('run-1')).toBe(true);
  await deleting.finish();
  expect([gone, deleting.hides('run-1'), notices.state.notice]).toEqual([[], false, { text: 'The disk is full.', undo: false }]);
});
