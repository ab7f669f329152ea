// Pictures of charts that are taken out of the page.
import { readFile } from 'node:fs/promises';
import { expect, points, saved, test } from './fixtures/dashboard.js';

test('a chart is saved as SVG: what is on the screen, whatever it is called, in valid XML of a reasonable size', async ({ dashboard, open, context, site }) => {
  const other = await open();
  await other.evaluate(async () => {
    for (let index = 0; index < 22; index += 1) {
      const run = await entrenar.WasmRun.new('pictures', { run_name: `<b>&"${index}"\u0001]]>` });
      const key = 'a & b/<i>\ud83d\ude00 & "loss"';
      if (index === 0) run.log_series(key, Float64Array.from({ length: 200_000 }, (_, step) => Math.sin(step / 20_000) + Math.sin(step * 12.9)));
      else for (let at = 0; at < 20; at += 1) run.log_metrics({ [key]: Math.sin(at / 2) + index }, at * 10_000);
      await run.finish();
    }
  });
  const page = await dashboard('experiment=pictures&runs=run-0~21&smooth=0.5');
  const metric = 'a & b/<i>\ud83d\ude00 & "loss"';
  await points(page, metric, 200_420);
  const file = await saved(page, metric, 'svg');
  expect(file.suggestedFilename()).toMatch(/loss_\.svg$/);
  const text = await readFile(await file.path(), 'utf8');
  expect(text.length).toBeLessThan(400_000);
  const png = (await readFile(await (await saved(page, metric, 'png')).path())).toString('base64');
  const view = await context.newPage();
  await view.goto(site.blank);
  const found = await view.evaluate(async ([text, png]) => {
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
    const pixels = async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      const ctx = canvas.getContext('2d');
      ctx.drawImage(image, 0, 0);
      return ctx.getImageData(0, 0, canvas.width, canvas.height);
    };
    const [svg, raster] = [await pixels(URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }))), await pixels(`data:image/png;base64,${png}`)];
    // Pixels of the curves: texts and the grid are grey.
    const colored = ({ data }, at) => Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) > 60;
    const missing = (from, to) => {
      let ink = 0;
      let gone = 0;
      for (let y = 1; y < from.height - 1; y += 1) {
        for (let x = 1; x < from.width - 1; x += 1) {
          if (!colored(from, 4 * (y * from.width + x))) continue;
          ink += 1;
          const near = [-1, 0, 1].some((dy) => [-1, 0, 1].some((dx) => colored(to, 4 * ((y + dy) * to.width + x + dx))));
          if (!near) gone += 1;
        }
      }
      return { ink, share: gone / ink };
    };
    return {
      error: parsed.querySelector('parsererror')?.textContent,
      scripts: parsed.querySelectorAll('script, b, i').length,
      texts: [...parsed.querySelectorAll('text')].map((each) => each.textContent),
      dashes: parsed.querySelectorAll('svg > path[stroke-dasharray]').length,
      sizes: [svg.width, svg.height, raster.width, raster.height],
      lost: missing(raster, svg),
      added: missing(svg, raster),
    };
  }, [text, png]);
  expect(found.error).toBeUndefined();
  expect(found.scripts).toBe(0);
  expect(found.texts).toEqual(expect.arrayContaining([metric, 'Step', 'Value (smoothed 0.5)', '<b>&"0"\ufffd]]>', '<b>&"21"\ufffd]]>']));
  expect(found.dashes).toBe(2);
  expect(found.sizes.slice(0, 2)).toEqual(found.sizes.slice(2));
  expect(found.lost.ink).toBeGreaterThan(2000);
  expect(found.lost.share).toBeLessThan(0.02);
  expect(found.added.share).toBeLessThan(0.02);
});
