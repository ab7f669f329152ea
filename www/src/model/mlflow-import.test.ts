import { expect, test } from 'vitest';
import { importOptions, importProblem, serverProblem, typedRun } from './mlflow-import';

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

test('an import asks for what was typed, and for no header where nothing was', () => {
  expect(importOptions({ url: ' http://a ', authorization: ' ', mlflow_run_id: 'r' })).toEqual({ url: 'http://a' });
  expect(importOptions({ url: 'http://a', authorization: ' Bearer x ', mlflow_run_id: 'r' })).toEqual({
    url: 'http://a',
    headers: { Authorization: 'Bearer x' },
  });
});

test('what a server refuses is said in the words of the fields, with what to do', () => {
  const failed = (code: string, message: string) => Object.assign(new Error(message), { code });
  for (const code of ['ServerDenied', 'NotMlflow']) expect(serverProblem(failed(code, 'see options.url'))).not.toContain('options.');
  expect(serverProblem(failed('ServerDenied', ''))).toContain('“Authorization”');
  expect(serverProblem(failed('NotMlflow', ''))).toContain('without what follows “#”');
  expect(serverProblem(failed('ServerBusy', 'look into its log'))).toBe('look into its log');
  expect(importProblem(failed('ServerBusy', 'look into its log'))).toBe('look into its log');
  expect(importProblem(failed('ServerRefused', 'no run x'))).toMatch(/^no run x\. The run’s id is .*copy it/);
});
