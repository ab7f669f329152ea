// Every kind of transaction, with a fault at every one of its requests: what is found afterwards is what would be found without.
import { EXPECTED, defineStories } from '../fixtures/abort-stories.js';
import { WAYS, installFaults } from '../fixtures/faults.js';
import { expect, openIn, test } from '../fixtures/durable.js';

/** Stories that go on at the same time: much of one is waiting for the disk. */
const AT_ONCE = 6;

/** Of a long row of requests, all alike, the first and the last go wrong in every way, the others in one. */
const FIRST = 12;
const LAST = 3;
const ONE_WAY = 'aborted after it';

/** The last requests of a story are not always there: what another tab tells is read when the browser gets round to it. */
const TELLINGS = 4;
/** So rare are requests that were there once and in no later telling. */
const MOST_MISSING = 0.1;

/**
 * Defines `sweep(story)` in the page: tells the story once to count its requests, then once for every way in which every one of
 * them can go wrong, each in a database of its own. Returns the databases, and what a caller would complain about.
 */
function defineSweep({ ways, atOnce, first, last, oneWay, tellings }) {
  const TRIES = 20;

  const frame = async () => {
    const element = document.body.appendChild(document.createElement('iframe'));
    element.src = '/blank.html';
    await eventually(() => 'entrenar' in element.contentWindow);
    return element;
  };
  let shared;

  const tell = async (story, name, fault) => {
    const element = story.ownFrame ? await frame() : await (shared ??= frame());
    const other = element.contentWindow;
    const world = { name, options: { database: name }, other, removeFrame: () => element.remove() };
    await story.prepare?.(world);
    const { faults } = story.actsElsewhere ? other : window;
    faults.arm(name, fault);
    const complaints = [];
    try {
      await story.change?.(world);
      for (let tries = 1; ; tries += 1) {
        try {
          await story.act(world);
          break;
        } catch (error) {
          if (typeof error.code !== 'string' || !error.message) complaints.push(`rejected with ${error}`);
          if (tries >= TRIES) throw error;
        }
      }
    } catch (error) {
      complaints.push(`never works again: ${error.code} ${error}`);
    }
    const { seen, sprung } = faults.disarm(name);
    await Promise.resolve(story.after?.(world)).catch((error) => complaints.push(`afterwards: ${error.code} ${error}`));
    if (story.ownFrame) element.remove();
    return { name, seen, sprung, complaints };
  };

  globalThis.sweep = async (title) => {
    // Under load one of them may have a few requests more than any other telling has.
    const clean = [await tell(stories[title], `${title}, undisturbed`), await tell(stories[title], `${title}, undisturbed again`)];
    const seen = Math.min(...clean.map((telling) => telling.seen));
    const cases = [];
    for (const [way, times] of Object.entries(ways)) {
      for (let at = 1; at <= seen; at += 1) {
        if (way === oneWay || at <= first || at > seen - last) cases.push({ at, way, times });
      }
    }
    const told = [...clean];
    const count = cases.length;
    let missing = 0;
    const work = async () => {
      for (let fault = cases.pop(); fault; fault = cases.pop()) {
        let sprung = 0;
        for (let telling = 1; telling <= tellings && sprung === 0; telling += 1) {
          const name = `${title}, request ${fault.at} ${fault.way}, telling ${telling}`;
          const one = await tell(stories[title], name, fault);
          // There was a request for the fault to spring at.
          if (one.sprung === 0 && one.seen >= fault.at) one.complaints.push('nothing went wrong');
          sprung = one.sprung;
          told.push(one);
        }
        missing += sprung === 0 ? 1 : 0;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return { told, count, missing };
  };
}

/** All that a fresh page finds in a database, as EXPECTED has it. */
async function defineReading() {
  const right = { loss: (index) => index / 3, accuracy: (index) => -index };
  const text = (bytes) => new TextDecoder().decode(bytes);

  const metrics = async (storage, id) => {
    const found = {};
    for (const { key, count } of storage.run(id).metrics) {
      const { step, value } = await storage.get_metrics(id, key);
      const wrong = step.findIndex((at, index) => at !== index || !Object.is(value[index], right[key](index)));
      found[key] = wrong === -1 && count === step.length ? count : `${step.length} points, ${count} by the record, the first wrong one at ${wrong}`;
    }
    return found;
  };

  globalThis.readAll = async (database) => {
    const storage = await entrenar.WasmStorage.open({ database });
    const all = {};
    for (const experiment of storage.list_experiments()) {
      const runs = (all[storage.experiment(experiment).name] = []);
      for (const id of storage.list_runs(experiment)) {
        const { status, run_name, tags, artifacts } = storage.run(id);
        for (const key of Object.keys(artifacts)) artifacts[key] = text(await storage.get_artifact(id, key));
        runs.push({ status, name: run_name ?? null, tags, artifacts, metrics: await metrics(storage, id) });
      }
    }
    const known = storage.list_experiments().flatMap((experiment) => storage.list_runs(experiment));
    await storage.close();
    storage.free();
    return { all, left: await leftOvers(database, known) };
  };

  /** What nobody can reach any more, the fences of deleted runs apart. */
  const leftOvers = async (database, known) => {
    const { keys, values } = await faults.read(database, 'points');
    const left = keys.filter((key, index) => !known.includes(key[0]) && values[index].points.length > 8).map(String);
    const runs = await faults.read(database, 'runs');
    const used = runs.values.flatMap(({ artifacts }) => artifacts.map(({ hash }) => hash));
    const artifacts = await faults.read(database, 'artifacts');
    const unused = artifacts.keys.filter((hash) => !used.includes(hash));
    const references = (await faults.read(database, 'meta')).keys.filter(Array.isArray);
    const dangling = references.filter(([, hash, run]) => !used.includes(hash) || !known.includes(run)).map(String);
    return [...left, ...unused, ...dangling, ...(await faults.read(database, 'exits')).keys];
  };
}

for (const [title, expected] of Object.entries(EXPECTED)) {
  test(`${title}: a fault at any request costs nothing`, async ({ context, site, problems }) => {
    // A story is told once for each way in which each of its requests may fail.
    test.setTimeout(150_000);
    await installFaults(context);
    const page = await openIn(context, site.blank);
    await page.evaluate(defineStories);
    await page.evaluate(defineSweep, { ways: WAYS, atOnce: AT_ONCE, first: FIRST, last: LAST, oneWay: ONE_WAY, tellings: TELLINGS });
    const { told, count, missing } = await page.evaluate((title) => sweep(title), title);
    test.info().annotations.push({ type: 'cases', description: `${told[0].seen} requests, ${count} cases, ${missing} of them missing` });

    const reader = await openIn(context, site.blank);
    await reader.evaluate(defineReading);
    const found = await reader.evaluate(async (names) => {
      const found = [];
      for (const name of names) found.push(await readAll(name));
      return found;
    }, told.map(({ name }) => name));

    // Of a request that is refused among others: idb hears of each of these failing by a closure that may be called once.
    const unheard = problems.list.filter((problem) => !problem.includes('FnOnce called more than once'));
    problems.clear();
    const wrong = [...unheard];
    if (told[0].seen === 0) wrong.push('there was no request to go wrong');
    if (missing > MOST_MISSING * count) wrong.push(`${missing} of ${count} requests were there once and never again`);
    told.forEach(({ name, complaints }, index) => {
      for (const complaint of complaints) wrong.push(`${name}: ${complaint}`);
      const { all, left } = found[index];
      const [is, ought] = [all, expected].map((value) => JSON.stringify(value));
      if (is !== ought) wrong.push(`${name}: there is ${is}`);
      if (left.length > 0) wrong.push(`${name}: left over is ${left}`);
    });
    expect(wrong, `${wrong.length} complaints about ${told.length} cases; expected is ${JSON.stringify(expected)}`).toEqual([]);
  });
}
