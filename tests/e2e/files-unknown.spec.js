// Fields of a file that this version does not know go through the database of a browser, and out again.
import { expect, loaded, test } from './fixtures/test.js';

const FILE = `{"format":"entrenar","version":1}
{"line":"experiment","id":"exp-0","name":"mnist","created_ms":1,"__proto__":{"owner":"Zoë"},"room":7}
{"line":"run","id":"run-0","experiment":"exp-0","status":"Success","created_ms":3,"seed":20231129123456789012345}
{"line":"points","key":"loss","step":[0,1],"value":[0.5,"NaN"],"timestamp_ms":[1,2],"unit":"s"}
{"line":"points","key":"__proto__","step":[0],"value":[1],"timestamp_ms":[1],"goal":0.50}
{"line":"points","key":"accuracy","step":[0],"value":[1],"timestamp_ms":[1]}
{"line":"artifact","key":"notes.txt","size":5,"sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","mime":"text/plain"}
{"line":"bytes","base64":"aGVsbG8="}
{"line":"end","runs":1,"points":4}
`;

test('unknown fields of experiments, runs, metrics and artifacts are exported as they were imported, also when the run went on in between', async ({ open, site }) => {
  const page = await open(site.formats);
  const losses = await page.evaluate(async (file) => {
    const losses = [];
    const storage = await entrenar.WasmStorage.open();
    await storage.import_runs(new Blob([file]), { on_loss: (text) => losses.push(text) });
    return losses;
  }, FILE);
  expect(losses).toEqual([]);
  await page.reload();
  await loaded(page);
  const exported = () => page.evaluate(async () => (await (await entrenar.WasmStorage.open()).export_database()).text());
  expect(await exported()).toBe(FILE);
  await page.evaluate(async () => {
    const storage = await entrenar.WasmStorage.open();
    await storage.rename_run('run-0', 'renamed');
  });
  await page.reload();
  await loaded(page);
  expect(await exported()).toBe(FILE.replace('"experiment":"exp-0","status"', '"experiment":"exp-0","name":"renamed","status"'));
});

test('what of a file cannot be kept is told', async ({ open, site }) => {
  const page = await open(site.formats);
  const losses = await page.evaluate(async (file) => {
    const losses = [];
    const storage = await entrenar.WasmStorage.open();
    await storage.import_runs(new Blob([file.replace('"version":1', '"version":1,"made_by":"a later one"')]), { on_loss: (text) => losses.push(text) });
    return losses;
  }, FILE);
  expect(losses).toHaveLength(1);
  expect(losses[0]).toContain("'made_by'");
});
