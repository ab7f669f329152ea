// A panic is a bug of ours; what is left of it in the console says what and where.
import { join } from 'node:path';
import { expect, test } from './fixtures/test.js';
import { repository } from './fixtures/site.js';

/** A page with the program in tests/support/panicking.rs, and what it says with `console.error`. */
async function openPanicking(context, site) {
  site.addDirectory('panicking', join(repository, 'target/panicking'));
  const address = site.add('panicking.html', `<!doctype html><meta charset="utf-8"><title>panicking</title><script type="module">
    import init, { panic_on_purpose } from '/panicking/panicking.js';
    await init();
    globalThis.panicked = () => {
      try {
        panic_on_purpose();
        return 'returned';
      } catch (error) {
        return error.name + ': ' + error.message;
      }
    };
  </script>`);
  const page = await context.newPage();
  const errors = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(address);
  await page.waitForFunction(() => 'panicked' in globalThis);
  return { page, errors };
}

test('a panic is reported once, with its message and its place', async ({ context, site }) => {
  const { page, errors } = await openPanicking(context, site);
  expect(await page.evaluate(() => panicked())).toMatch(/^RuntimeError: unreachable/);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(/panicked at tests\/support\/panicking\.rs:\d+:\d+:\non purpose: 42$/);
});

test('a console that throws does not get into the way of a panic', async ({ context, site }) => {
  const { page, errors } = await openPanicking(context, site);
  const seen = await page.evaluate(() => {
    console.error = () => {
      throw new Error('no output here');
    };
    const throwing = panicked();
    Object.defineProperty(globalThis, 'console', { get: () => { throw new Error('no console here'); } });
    return [throwing, panicked()];
  });
  for (const outcome of seen) expect(outcome).toMatch(/^RuntimeError: unreachable/);
  expect(errors).toEqual([]);
});
