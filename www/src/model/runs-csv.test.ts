import { expect, test } from 'vitest';
import type { RunRecord } from '../tracker';
import { runsCsv } from './runs-csv';

const FIRST = {
  run_id: 'run-0',
  run_name: 'a, b',
  status: 'Success',
  interrupted: false,
  interruptions: [],
  created_ms: 0,
  started_ms: 1_000,
  ended_ms: 61_000,
  config: { lr: 1e-4, optimizer: { name: 'adam' } },
  tags: { team: '=vision' },
  metrics: [{ key: 'loss', count: 2, last_step: 1, last_value: -(0.1 + 0.2) }],
} as unknown as RunRecord;

const SECOND = {
  ...FIRST,
  run_id: 'run-1',
  run_name: 'second',
  status: 'Running',
  ended_ms: undefined,
  config: undefined,
  tags: {},
  metrics: [{ key: 'rate', count: 1, last_step: 0, last_value: Number.NaN }],
} as unknown as RunRecord;

test('each run is a row, with settings, tags and last values in full and nothing where it has none', () => {
  expect(runsCsv([FIRST, SECOND]).split('\r\n')).toEqual([
    'run_id,run,state,start_time,end_time,params.lr,params.optimizer.name,tags.team,metrics.loss,metrics.rate',
    `run-0,"a, b",success,1970-01-01T00:00:01.000Z,1970-01-01T00:01:01.000Z,0.0001,adam,'=vision,-0.30000000000000004,`,
    'run-1,second,running,1970-01-01T00:00:01.000Z,,,,,,NaN',
    '',
  ]);
});
