// One tag in a page of the user's: plain, in React, and under style sheets that mean harm.
import { buildApp, writeApp } from './fixtures/app.js';
import { expect, id, painted, points, row, test } from './fixtures/dashboard.js';
import { SHORT } from './fixtures/tracked-runs.js';

test.beforeEach(({ runs }) => runs);

const SCRIPT = '<script type="module" src="/page/entrenar-dashboard.js"></script>';

test('in a plain page it shows the experiment it is told to, and leaves the address alone', async ({ context, site }) => {
  const page = await context.newPage();
  const address = site.add('plain.html', `<!doctype html><title>mine</title>${SCRIPT}<entrenar-dashboard experiment="sweep"></entrenar-dashboard>`);
  await page.goto(address);
  await expect(page.getByTestId('run-row')).toHaveCount(10);
  await row(page, id(9)).getByRole('checkbox').uncheck();
  await page.getByTestId('y-log').click();
  await expect(page.getByTestId('y-log')).toHaveAttribute('aria-pressed', 'true');
  expect(page.url()).toBe(address);
  // Other attributes, other runs.
  await page.evaluate(() => document.querySelector('entrenar-dashboard').setAttribute('experiment', 'before'));
  await expect(page.getByTestId('run-row')).toHaveCount(1);
  await page.evaluate(() => document.querySelector('entrenar-dashboard').setAttribute('database', 'another'));
  await expect(page.getByTestId('empty')).toBeVisible();
  // Two at once, and one that is taken out and put back.
  await page.evaluate(() => {
    const first = document.querySelector('entrenar-dashboard');
    const second = document.createElement('entrenar-dashboard');
    second.setAttribute('experiment', 'sweep');
    first.after(second);
    first.remove();
    second.after(first);
  });
  await expect(page.getByTestId('run-row')).toHaveCount(10);
  await expect(page.getByTestId('empty')).toBeVisible();
});

test('in React it comes, goes and changes with its properties, under StrictMode', async ({ context, site }) => {
  const root = await writeApp('dashboard-react', {
    'index.html': '<!doctype html><title>react</title><div id="root"></div><script type="module" src="./main.jsx"></script>',
    'main.jsx': `import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
await import(/* @vite-ignore */ new URL('/page/entrenar-dashboard.js', location.origin).href);
function App() {
  const [experiment, setExperiment] = useState('before');
  const [shown, setShown] = useState(true);
  return <>
    <button onClick={() => setExperiment('sweep')}>the other</button>
    <button onClick={() => setShown(!shown)}>toggle</button>
    {shown && <entrenar-dashboard experiment={experiment}></entrenar-dashboard>}
  </>;
}
createRoot(document.getElementById('root')).render(<StrictMode><App /></StrictMode>);`,
  });
  const page = await context.newPage();
  await page.goto(site.addDirectory('dashboard-react', await buildApp(root, 'dashboard-react')));
  await expect(page.getByTestId('run-row')).toHaveCount(1);
  await page.getByRole('button', { name: 'the other' }).click();
  await expect(page.getByTestId('run-row')).toHaveCount(10);
  await page.getByRole('button', { name: 'toggle' }).click();
  await expect(page.getByTestId('run-row')).toHaveCount(0);
  await page.getByRole('button', { name: 'toggle' }).click();
  await expect(page.getByTestId('run-row')).toHaveCount(10);
});

test('style sheets that mean harm do none, and custom properties do what they say', async ({ context, site }) => {
  const harm = `* { color: red !important; font-size: 30px !important; border: 3px dashed lime !important; box-sizing: content-box !important; visibility: hidden }
    body { color: red; font: italic 30px/3 fantasy; letter-spacing: 1em; text-transform: uppercase; text-align: right; cursor: wait; direction: ltr }
    button, input, td, th { background: yellow !important; padding: 30px !important }
    table, canvas, .plot, .page, .readout, header, section { display: none !important }
    entrenar-dashboard { visibility: visible; --entrenar-accent: rgb(176, 0, 109) }`;
  const page = await context.newPage();
  const show = async (name, style) => {
    const tag = '<entrenar-dashboard experiment="sweep"></entrenar-dashboard>';
    await page.goto(site.add(name, `<!doctype html><title>host</title><style>${style}</style>${SCRIPT}${tag}`));
    await points(page, 'train/loss', 5 * SHORT);
    await expect.poll(() => painted(page, 'train/loss', id(9))).toBeDefined();
    const styleOf = (locator) => locator.evaluate((element) => {
      const style = getComputedStyle(element);
      const names = ['color', 'background-color', 'font', 'letter-spacing', 'text-transform', 'text-align', 'padding', 'cursor', 'visibility'];
      const { width, height } = element.getBoundingClientRect();
      return [...names.map((name) => style.getPropertyValue(name)), Math.round(width), Math.round(height)];
    });
    return {
      cell: await styleOf(row(page, id(2)).locator('th')),
      button: await styleOf(page.getByTestId('y-log')),
      tab: await page.getByTestId('tab-charts').evaluate((tab) => getComputedStyle(tab).borderBottomColor),
    };
  };
  const calm = await show('calm.html', 'html, body, entrenar-dashboard { border: 3px solid white }');
  const harmed = await show('harmed.html', harm);
  expect(harmed.tab).toBe('rgb(176, 0, 109)');
  expect(calm.tab).not.toBe(harmed.tab);
  expect({ ...harmed, tab: '' }).toEqual({ ...calm, tab: '' });
});
