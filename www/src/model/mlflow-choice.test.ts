import { expect, test } from 'vitest';
import type { MlflowSync } from '../tracker';
import { LOCAL_SERVER, mlflowPage, readServer, syncOptions, syncText, writeServer } from './mlflow-choice';
import { mlflowButtonText } from './mlflow-progress';

const sync = (change: Partial<MlflowSync>): MlflowSync => ({ url: 'http://a', experiment: 'e', points: 5, is_sending: false, ...change });

test('a server is remembered without what lets one in, and what was damaged is the server at hand', () => {
  const choice = { url: 'http://a', experiment: 'e', authorization: 'Bearer x', live: true };
  expect(writeServer(choice)).not.toContain('Bearer');
  expect(readServer(writeServer(choice))).toEqual({ url: 'http://a', experiment: 'e' });
  for (const text of [null, '', '7', '{"url":7}', '{']) expect(readServer(text)).toEqual({ url: LOCAL_SERVER, experiment: '' });
});

test('what was left empty is not asked for', () => {
  const choice = { url: ' http://a ', experiment: ' ', authorization: '', live: false };
  expect(syncOptions(choice)).toEqual({ url: 'http://a', live: false });
  expect(syncOptions({ ...choice, experiment: 'e', authorization: 'Bearer x' })).toEqual({
    url: 'http://a',
    live: false,
    experiment: 'e',
    headers: { Authorization: 'Bearer x' },
  });
});

test('each state of a sync is said in a sentence', () => {
  const now = 1_000_000;
  const failure = { code: 'ServerBusy', message: 'look into its log', failed_ms: now - 60_000 } as const;
  expect(syncText(sync({ is_sending: true }), 2000, now)).toBe('Sending: 5 of 2,000 points there.');
  expect(syncText(sync({ failure }), 5, now)).toMatch(/^Failed .*, with 5 points there: look into its log$/);
  expect(syncText(sync({}), 5, now)).toBe('Not all sent: 5 points there.');
  expect(syncText(sync({ sent_ms: now }), 5, now)).toMatch(/^Sent .*: 5 points\.$/);
  expect(syncText(sync({ sent_ms: now }), 6, now)).toContain('went on: 5 of 6 points there.');
});

test('the page of a run in MLflow is known when its ids are, and leads nowhere else', () => {
  const ids = { mlflow_experiment_id: '1', mlflow_run_id: 'a/b' };
  expect(mlflowPage(sync(ids))).toBe('http://a/#/experiments/1/runs/a%2Fb');
  expect(mlflowPage(sync({}))).toBeUndefined();
  expect(mlflowPage(sync({ ...ids, url: 'javascript:alert(1)//' }))).toBeUndefined();
});

test('the button says how far it is, and that it failed', () => {
  const work = { done: 1, total: 3, live: false, losses: [] };
  expect(mlflowButtonText(undefined)).toBe('Send to MLflow');
  expect(mlflowButtonText(work)).toBe('MLflow: 33 %');
  expect(mlflowButtonText({ ...work, done: 3, live: true })).toBe('MLflow: live');
  expect(mlflowButtonText({ ...work, outcome: 'failed' })).toBe('MLflow: not sent');
  expect(mlflowButtonText({ ...work, outcome: 'done' })).toBe('Send to MLflow');
});
