import { expect, test } from 'vitest';
import { serverOptions, serverProblem } from './mlflow-server';

test('a server is asked by what was typed, and for no header where nothing was', () => {
  expect(serverOptions({ url: ' http://a ', authorization: ' ' })).toEqual({ url: 'http://a' });
  expect(serverOptions({ url: 'http://a', authorization: ' Bearer x ' })).toEqual({
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
});
