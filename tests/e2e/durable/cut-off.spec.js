// Firefox ends the scripts of a process wherever they stand, and commits what a transaction had been given by then. Settling what a
// page stored on leaving is done by pages that are leaving themselves: whatever of it is committed, nothing is lost.
import { defineStories } from '../fixtures/abort-stories.js';
import { installFaults } from '../fixtures/faults.js';
import { expect, openIn, test } from '../fixtures/durable.js';

const STORY = 'settling what a page stored on leaving';

/** Defines `cutOff(at)`: leaves an exit and has a page settle it that is cut off at its `at`-th request; then what a whole one finds. */
function defineCutOff(title) {
  const frame = async () => {
    const element = document.body.appendChild(document.createElement('iframe'));
    element.src = '/blank.html';
    await eventually(() => 'entrenar' in element.contentWindow);
    return element;
  };

  globalThis.cutOff = async (at) => {
    const name = `cut off at ${at}`;
    const leaving = await frame();
    const world = { name, options: { database: name }, other: leaving.contentWindow, removeFrame: () => leaving.remove() };
    await stories[title].prepare(world);
    // The second copy is gone where the page lived to see the first one stored.
    localStorage.clear();

    const cut = await frame();
    const { faults, entrenar: elsewhere } = cut.contentWindow;
    faults.arm(name, { at, way: 'cut off', times: 1 });
    const opened = elsewhere.WasmStorage.open(world.options).then(() => 'opened');
    const end = await Promise.race([opened, faults.over(name)]);
    cut.remove();

    const storage = await entrenar.WasmStorage.open(world.options);
    const counts = {};
    for (const { key, count } of storage.run('run-0').metrics) {
      const { step } = await storage.get_metrics('run-0', key);
      counts[key] = step.every((found, index) => found === index) ? [count, step.length] : `steps ${step}`;
    }
    const exits = (await globalThis.faults.read(name, 'exits')).keys.length;
    await storage.close();
    return { end, counts, exits };
  };
}

test('settling that is cut off at any request loses nothing', async ({ context, site }) => {
  await installFaults(context);
  const page = await openIn(context, site.blank);
  await page.evaluate(defineStories);
  await page.evaluate(defineCutOff, STORY);
  let last = 0;
  for (let at = 1, end; end !== 'opened'; at += 1) {
    const found = await page.evaluate((at) => cutOff(at), at);
    end = found.end;
    expect(found, `cut off at request ${at}`).toEqual({ end, counts: { loss: [40, 40], accuracy: [40, 40] }, exits: 0 });
    last = at;
  }
  // Looking for exits, reading them and what they belong to, writing, and reading the catalog.
  expect(last).toBeGreaterThan(10);
});
