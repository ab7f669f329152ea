import { expect, test } from 'vitest';
import type { RunRecord } from '../tracker';
import { compareCsv } from './compare-csv';
import { lastRows, settingRows, tagRows } from './compare-rows';

function run(run_id: string, run_name: string, config: object, tags: Record<string, string>, loss: number): RunRecord {
  const metrics = [{ key: 'loss', count: 1, last_step: 0, last_value: loss }];
  return { run_id, run_name, config, tags, metrics } as unknown as RunRecord;
}

test('settings, tags and values of the runs are rows, with values in full and nothing where there is none', () => {
  const runs = [
    run('run-0', 'a, first', { lr: 1e-4, seed: 20231129 }, { team: '=x' }, 0.1 + 0.2),
    run('run-1', 'second', { lr: 0.1 }, { sign: '–' }, 2),
  ];
  const sections = [
    { title: 'Settings', rows: settingRows(runs) },
    { title: 'Tags', rows: tagRows(runs) },
    { title: 'Last values', rows: lastRows(runs) },
  ];
  expect(compareCsv(runs, sections).split('\r\n')).toEqual([
    ',run_id,run-0,run-1',
    ',run,"a, first",second',
    'Settings,lr,0.0001,0.1',
    'Settings,seed,20231129,',
    "Tags,team,'=x,",
    // What stands for nothing on the page may be a value.
    'Tags,sign,,–',
    'Last values,loss,0.30000000000000004,2',
    '',
  ]);
});
