import { expect, test } from 'vitest';
import { browserKind } from './browser-kind';
import { type HealthInput, health } from './health';

const AGENTS = {
  chromium: [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  ],
  firefox: ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'],
  safari: [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.0.0 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/145.0 Mobile/15E148 Safari/605.1.15',
  ],
  other: ['', 'Ladybird/1.0'],
};

test('a browser is told by its engine, and on iOS all are Safari’s', () => {
  for (const [kind, agents] of Object.entries(AGENTS)) for (const agent of agents) expect(browserKind(agent), agent).toBe(kind);
});

const ordinary: HealthInput = {
  browser: 'chromium',
  installed: false,
  persistent: true,
  estimate: { usage: 1e6, quota: 1e9, persisted: false },
};
const said = (input: Partial<HealthInput>) => {
  const { facts, advice } = health({ ...ordinary, ...input });
  return { facts: facts.join(' '), advice: advice.join(' ') };
};

test('Safari’s seven days are said of Safari alone, and not where the page is installed', () => {
  expect(said({ browser: 'safari' }).facts).toContain('seven days');
  expect(said({ browser: 'safari' }).advice).toContain('home screen');
  // A promise for a full disk is none for the seven days.
  expect(said({ browser: 'safari', estimate: { usage: 0, quota: 1e9, persisted: true } }).facts).toContain('seven days');
  expect(said({ browser: 'safari', installed: true }).facts).not.toContain('seven days');
  for (const browser of ['chromium', 'firefox', 'other'] as const) expect(said({ browser }).facts).not.toContain('seven days');
});

test('what may be deleted when the disk runs low is said until the browser has promised to keep it', () => {
  expect(said({}).facts).toContain('may delete it');
  expect(said({ browser: 'firefox' }).advice).toContain('shows a question');
  const kept = said({ estimate: { usage: 1e6, quota: 1e9, persisted: true } });
  expect(kept.facts).toContain('promised');
  expect(kept.facts).toContain('Clearing');
  expect(kept.advice).toBe('');
});

test('room that is nearly used up is said, with what is left', () => {
  expect(said({ estimate: { usage: 0.9e9, quota: 1e9, persisted: true } })).toMatchObject({
    facts: expect.stringContaining('100 MB are left'),
    advice: expect.stringContaining('Delete runs'),
  });
  expect(said({ estimate: { usage: 0, quota: 0, persisted: true } }).advice).toBe('');
});

test('runs in memory are said to be gone with the page, and nothing else is promised', () => {
  const { facts, advice } = health({ ...ordinary, persistent: false });
  expect(facts).toEqual(['Runs are in the memory of this page, and gone when it is closed.']);
  expect(advice[0]).toContain('Allow cookies');
});

test('of private windows it is always said that a page cannot tell', () => {
  for (const browser of ['chromium', 'firefox', 'safari', 'other'] as const) expect(said({ browser }).facts).toContain('private window');
});
