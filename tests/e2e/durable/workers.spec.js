// A worker gets no event before it ends. What it logs in one task, after a quiet time, is on its way when that task ends: that is kept when
// the worker ends. Of a tab that is closed, browsers drop what was on its way; there a worker loses what a kill would lose.
import { commitElsewhere, expect, openIn, readSeriesIn, test, upTo } from '../fixtures/durable.js';

const COUNT = 1_000;
const ROUNDS = 3;

const QUIET_MS = 300;

/** What a kill may lose. */
const AT_RISK_MS = 250;

const CLOSED = 'ends a quarter of a second later, with its tab';

const WORKER = `
  import init, { WasmRun } from '/pkg/entrenar.js';
  await init();
  const run = await WasmRun.new('in a worker');
  // A flush that began a moment ago, the run's first, has the next one wait for its interval.
  await run.flush();
  await new Promise((resolve) => setTimeout(resolve, ${QUIET_MS}));
  onmessage = ({ data: { count, closes } }) => {
    for (let index = 0; index < count; index += 1) run.log_metric('loss', index / 3);
    postMessage('logged');
    if (closes) close();
  };
  postMessage(run.run_id());
`;

/** For the page: starts the worker, keeps it as `globalThis.worker`, and returns its run's id. */
async function startWorker(source) {
  const text = source.replaceAll(`'/pkg/`, `'${location.origin}/pkg/`);
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  globalThis.worker = new Worker(url, { type: 'module' });
  const { data } = await new Promise((resolve) => {
    worker.onmessage = resolve;
  });
  return data;
}

/** For the page: has the worker log `count` points in one task, and ends it as `how` says when it said that it did. */
async function endWorker({ how, count }) {
  await new Promise((resolve) => {
    worker.onmessage = resolve;
    worker.postMessage({ count, closes: how === 'closes itself' });
  });
  if (how === 'is terminated') worker.terminate();
  if (how === 'is terminated 5 ms later') setTimeout(() => worker.terminate(), 5);
  if (how === 'ends with its page, by a reload') location.reload();
}

for (const how of [
  'closes itself',
  'is terminated',
  'is terminated 5 ms later',
  'ends with its page, by a reload',
  CLOSED,
]) {
  test(`points that a worker logged in one task are stored when it ${how}`, async ({ context, site }) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const page = await openIn(context, site.blank);
      const runId = await page.evaluate(startWorker, WORKER);
      // A reload ends the script that asked for it.
      await page.evaluate(endWorker, { how, count: COUNT }).catch(() => {});
      if (how === CLOSED) {
        // A machine that is busy takes longer to commit anything.
        await Promise.all([page.waitForTimeout(AT_RISK_MS), commitElsewhere(page).then(() => commitElsewhere(page))]);
        await page.close();
      }
      await expect
        .poll(async () => (await readSeriesIn(context, site, runId, 'loss')).values)
        .toEqual(upTo(COUNT).map((index) => index / 3));
      if (!page.isClosed()) await page.close();
    }
  });
}
