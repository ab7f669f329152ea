// In WebKit the package loads, stores, and finds again what it stored.
import { countPoints, expect, startRun, test } from '../fixtures/webkit.js';

const COUNT = 10_000;

test('the package loads and stores, and a reload finds everything', async ({ webkit, site }) => {
  const tab = await webkit.open(site.blank);
  const runId = await startRun(webkit, tab);
  const state = await webkit.evaluate(tab, async (count) => {
    for (let index = 0; index < count; index += 1) run.log_metric('loss', index / 3);
    run.log_artifact('model', new TextEncoder().encode('weights'));
    await run.finish();
    return [run.is_persistent(), run.pending_points(), run.status()];
  }, COUNT);
  expect(state).toEqual([true, 0, 'Success']);
  await webkit.goTo(tab, site.blank);
  expect(await countPoints(webkit, tab, runId)).toEqual({ stored: COUNT, wrong: 0 });
  const artifact = await webkit.evaluate(tab, async (runId) => {
    const storage = await entrenar.WasmStorage.open();
    return new TextDecoder().decode(await storage.get_artifact(runId, 'model'));
  }, runId);
  expect(artifact).toBe('weights');
});

test('what was stored outlives the browser, and a run that was left can be resumed', async ({ killable }) => {
  const runId = await killable.evaluate(async (count) => {
    const run = await entrenar.WasmRun.new('webkit');
    for (let index = 0; index < count; index += 1) run.log_metric('loss', index / 3);
    await run.flush();
    return run.run_id();
  }, COUNT);
  await killable.closeWindow();
  await killable.start();
  expect(await killable.evaluate(async (runId) => {
    const run = await entrenar.WasmRun.resume(runId);
    run.log_metric('loss', run.current_step('loss') / 3);
    await run.finish();
    return [run.status(), run.get_metrics('loss').value.length];
  }, runId)).toEqual(['Success', COUNT + 1]);
});

test('the dashboard shows a run that another tab logs', async ({ webkit, site }) => {
  const writer = await webkit.open(site.blank);
  await startRun(webkit, writer, 'seen from outside');
  await webkit.evaluate(writer, () => run.log_metric('loss', 0.5));
  const reader = await webkit.open(site.blank);
  await webkit.lookAt(reader);
  await webkit.call('POST', '/url', { url: `${site.origin}/page/` });
  const text = () => webkit.evaluate(reader, () => {
    const textOf = (node) => [...node.childNodes].map(textOf).join(' ') + (node.nodeType === Node.TEXT_NODE ? node.data : '') + (node.shadowRoot ? textOf(node.shadowRoot) : '');
    return textOf(document.body);
  });
  await expect.poll(text).toMatch(/seen from outside[\s\S]*loss/);
});
