import { expect, test } from 'vitest';
import { importProblem, typedRun } from './mlflow-import';

test('a run is named by its id, or by the address of its page, which names the server', () => {
  expect(typedRun(' 0a1b ')).toEqual({ mlflow_run_id: '0a1b' });
  expect(typedRun('http://127.0.0.1:5000/#/experiments/1/runs/0a1b')).toEqual({ mlflow_run_id: '0a1b', url: 'http://127.0.0.1:5000' });
  expect(typedRun('https://lab.example.org/ml/?o=1#/experiments/1/runs/0a1b/artifacts')).toEqual({
    mlflow_run_id: 'https://lab.example.org/ml/?o=1#/experiments/1/runs/0a1b/artifacts',
  });
  expect(typedRun('https://lab.example.org/ml/#/experiments/1/runs/0a1b/artifacts')).toEqual({
    mlflow_run_id: '0a1b',
    url: 'https://lab.example.org/ml',
  });
  for (const other of ['javascript:alert(1)//#/runs/a', 'http://a/runs/b', 'runs/b'])
    expect(typedRun(other)).toEqual({ mlflow_run_id: other });
});

test('a refusal of a run says where its id is found, and other refusals are those of the server', () => {
  const failed = (code: string, message: string) => Object.assign(new Error(message), { code });
  expect(importProblem(failed('ServerBusy', 'look into its log'))).toBe('look into its log');
  expect(importProblem(failed('ServerRefused', 'no run x'))).toMatch(/^no run x\. The run’s id is .*copy it/);
});
