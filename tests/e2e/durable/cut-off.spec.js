// Firefox ends the scripts of a process wherever they stand, and commits what a transaction had been given by then. Whatever part
// of it that is: nothing confirmed is lost, no point is there twice, and runs can be gone on with, renamed and deleted.
import { defineStories } from '../fixtures/abort-stories.js';
import { installFaults } from '../fixtures/faults.js';
import { expect, openIn, test } from '../fixtures/durable.js';

/** Stories with transactions of several requests that write, and how many requests of them there are at least. */
const STORIES = {
  'beginning a run in a new experiment': 5,
  'flushing two runs': 4,
  'ending a run and compacting it': 10,
  'resuming a run': 5,
  'settling what a page stored on leaving': 10,
  'renaming a run of another tab': 3,
  'flushing a run that another tab renamed': 6,
  'deleting a run': 20,
  'deleting an experiment': 20,
};
const CONFIRMED = 30;
/** The stories before which another tab was told that the run has this name. */
const NAMES = { 'flushing a run that another tab renamed': 'named' };

/**
 * Defines `cutOff(title, at)`: tells a story in this page until the page is cut off at its `at`-th request, and returns what a
 * whole page finds wrong. `over` is whether the story came to its end before that.
 */
function defineCutOff([confirmed, names]) {
  const frame = async () => {
    const element = document.body.appendChild(document.createElement('iframe'));
    element.src = '/blank.html';
    await eventually(() => 'entrenar' in element.contentWindow);
    return element;
  };

  const check = async ({ entrenar }, options, name) => {
    const wrong = [];
    const storage = await entrenar.WasmStorage.open(options);
    for (const experiment of storage.list_experiments()) {
      for (const id of storage.list_runs(experiment)) {
        for (const { key } of storage.run(id).metrics) {
          const { step } = await storage.get_metrics(id, key);
          const inOrder = step.every((found, index) => found === index);
          if (!inOrder || step.length < confirmed) wrong.push(`${id} ${key} has ${step.length} points, in order: ${inOrder}`);
        }
        if (name && storage.run(id).run_name !== name) wrong.push(`${id} was called ${name} and is called ${storage.run(id).run_name}`);
        await storage.rename_run(id, 'renamed');
        if (storage.run(id).status !== 'Running') continue;
        const run = await entrenar.WasmRun.resume(id, options);
        const next = run.current_step('loss');
        run.log_metric('loss', 0.5);
        await run.flush();
        const { step } = await storage.get_metrics(id, 'loss');
        if (step.length !== next + 1) wrong.push(`${id} was gone on with at ${next} and has ${step.length} points`);
        if (storage.run(id).run_name !== 'renamed') wrong.push(`${id} is called ${storage.run(id).run_name}`);
        await run.finish();
      }
      await storage.delete_experiment(experiment);
    }
    const { keys } = await faults.read(options.database, 'exits');
    if (keys.length > 0) wrong.push(`${keys.length} exits`);
    await storage.close();
    return wrong;
  };

  globalThis.cutOff = async (title, at) => {
    const name = `${title}, cut off at ${at}`;
    const elsewhere = await frame();
    const world = { name, options: { database: name }, other: elsewhere.contentWindow, removeFrame: () => elsewhere.remove() };
    const story = stories[title];
    await story.prepare(world);
    // A second copy is gone where the page lived to see the first one stored.
    if ((await faults.read(name, 'exits')).keys.length > 0) localStorage.clear();
    faults.arm(name, { at, way: 'cut off', times: Infinity });
    const whole = (async () => {
      await story.change?.(world);
      await story.act(world);
    })();
    const over = await Promise.race([whole.then(() => true), faults.over(name).then(() => false)]);
    const reader = await frame();
    const wrong = await check(reader.contentWindow, world.options, names[title]).catch((error) => [`${error.code}: ${error.message}`]);
    reader.remove();
    elsewhere.remove();
    return { over, wrong };
  };
}

for (const [title, fewest] of Object.entries(STORIES)) {
  test(`${title}: a page cut off at any request leaves nothing behind that does harm`, async ({ context, site, problems }) => {
    // A story is told once for each of its requests, a hundred times in all.
    test.setTimeout(300_000);
    await installFaults(context);
    const page = await openIn(context, site.blank);
    await page.evaluate(defineStories);
    await page.evaluate(defineCutOff, [CONFIRMED, NAMES]);
    const found = {};
    let at = 0;
    for (let over = false; !over; ) {
      at += 1;
      const told = await page.evaluate(([title, at]) => cutOff(title, at), [title, at]);
      over = told.over;
      if (told.wrong.length > 0) found[`request ${at}`] = told.wrong;
    }
    // The page that is cut off complains of what never answers.
    problems.clear();
    expect(found).toEqual({});
    expect(at).toBeGreaterThan(fewest);
  });
}
