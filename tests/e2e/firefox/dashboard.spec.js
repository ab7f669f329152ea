// The essentials of the dashboard's daily work, in Firefox: charts have ink, the layout is changed by pointer and keys and remembered, and
// the palette finds things. The rest is tried in Chromium.
import { expect, look, test } from '../fixtures/firefox.js';

const KEYS = ['epoch', 'gpu/memory', 'gpu/power', 'train/accuracy', 'train/loss'];

/** Opens the dashboard in a tab in which runs were logged before. */
async function open(firefox, site, query = 'experiment=nested') {
  const tab = await firefox.open(site.blank);
  await firefox.evaluate(tab, async (keys) => {
    for (let index = 0; index < 3; index += 1) {
      const run = await entrenar.WasmRun.new('nested', { run_name: `run number ${index}`, config: { lr: index / 10 } });
      for (const key of keys) run.log_series(key, Float64Array.from({ length: 300 }, (_, step) => Math.exp(-step / 90) + index));
      await run.finish();
    }
  }, KEYS);
  await firefox.call('POST', '/url', { url: `${site.page}?${query}` });
  await firefox.call('POST', '/window/rect', { width: 1400, height: 1000 });
  return tab;
}

const boxOf = (firefox, tab, selector) => look(firefox, tab, (all, selector) => {
  const [found] = all(selector);
  found?.scrollIntoView({ block: 'nearest' });
  const { x, y, width, height } = found?.getBoundingClientRect() ?? {};
  return found && { x, y, width, height };
}, selector);

const pointer = (firefox, ...actions) => firefox.call('POST', '/actions', { actions: [{ type: 'pointer', id: 'mouse', actions }] });
const moveTo = (x, y) => ({ type: 'pointerMove', duration: 0, x: Math.round(x), y: Math.round(y) });
const down = { type: 'pointerDown', button: 0 };
const up = { type: 'pointerUp', button: 0 };
const keys = (firefox, ...names) => firefox.call('POST', '/actions', {
  actions: [{ type: 'key', id: 'keyboard', actions: names.flatMap((value) => (value.startsWith('-') ? [{ type: 'keyUp', value: value.slice(1) }] : value.startsWith('+') ? [{ type: 'keyDown', value: value.slice(1) }] : [{ type: 'keyDown', value }, { type: 'keyUp', value }])) }],
});
const ENTER = '\uE007';
const CONTROL = '\uE009';
const RIGHT = '\uE014';

const click = async (firefox, tab, selector) => {
  await expect.poll(() => boxOf(firefox, tab, selector)).toBeTruthy();
  await look(firefox, tab, (all, selector) => all(selector)[0].click(), selector);
};
const shown = (firefox, tab) => look(firefox, tab, (all) => all('entrenar-metric-chart').map(({ metric }) => metric));
const inked = (firefox, tab) => look(firefox, tab, (all) => all('entrenar-metric-chart').filter(({ shadowRoot }) => {
  const canvas = shadowRoot?.querySelector('canvas');
  const swatches = [...(shadowRoot?.querySelectorAll('.readout .swatch') ?? [])].map((each) => getComputedStyle(each).backgroundColor.match(/\d+/g).map(Number));
  if (!canvas || swatches.length < 3) return false;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return swatches.every((wanted) => {
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200 && wanted.every((part, i) => Math.abs(part - data[at + i]) < 12)) return true;
    return false;
  });
}).length);

test('charts are drawn with each run, and a tooltip follows the pointer', async ({ firefox, site }) => {
  const tab = await open(firefox, site);
  await expect.poll(() => inked(firefox, tab)).toBe(KEYS.length);
  const area = await boxOf(firefox, tab, '.u-over');
  await pointer(firefox, moveTo(area.x + 10, area.y + 10), moveTo(area.x + area.width / 2, area.y + area.height / 2));
  await expect.poll(() => look(firefox, tab, (all) => all('[data-testid="chart-tooltip"]:popover-open li').length)).toBe(3);
});

test('split, folded groups and pins are changed by pointer and keys, and remembered', async ({ firefox, site }) => {
  const tab = await open(firefox, site);
  await expect.poll(() => shown(firefox, tab)).toEqual(['train/loss', 'train/accuracy', 'epoch', 'gpu/memory', 'gpu/power']);
  const table = async () => (await boxOf(firefox, tab, 'entrenar-run-table')).width;
  const before = await table();
  const handle = await boxOf(firefox, tab, '[data-testid="split"]');
  await pointer(firefox, moveTo(handle.x + 12, handle.y + 60), down, moveTo(handle.x + 112, handle.y + 60), up);
  await expect.poll(table).toBeCloseTo(before + 100, -1);
  const dragged = await table();
  await keys(firefox, RIGHT);
  await expect.poll(table).toBeGreaterThan(dragged + 10);
  const chosen = await table();
  await look(firefox, tab, (all) => all('[data-path="gpu"] [data-testid="fold"]')[0].focus());
  await keys(firefox, ENTER);
  await expect.poll(() => shown(firefox, tab)).toEqual(['train/loss', 'train/accuracy', 'epoch']);
  await look(firefox, tab, (all) => all('entrenar-metric-chart').find(({ metric }) => metric === 'epoch').shadowRoot.querySelector('.pin').click());
  await expect.poll(() => shown(firefox, tab)).toEqual(['epoch', 'train/loss', 'train/accuracy']);
  await firefox.call('POST', '/refresh', {});
  await expect.poll(() => shown(firefox, tab)).toEqual(['epoch', 'train/loss', 'train/accuracy']);
  await expect.poll(table).toBeCloseTo(chosen, 0);
  await click(firefox, tab, '[data-testid="reset-view"]');
  await expect.poll(() => shown(firefox, tab)).toEqual(['train/loss', 'train/accuracy', 'epoch', 'gpu/memory', 'gpu/power']);
  await expect.poll(table).toBeCloseTo(before, 0);
});

test('axes go into the address, and the palette finds a metric by keyboard', async ({ firefox, site }) => {
  const tab = await open(firefox, site);
  await click(firefox, tab, '[data-testid="y-log"]');
  await expect.poll(() => look(firefox, tab, () => location.search)).toContain('log=y');
  await keys(firefox, `+${CONTROL}`, 'k', `-${CONTROL}`);
  await expect.poll(() => look(firefox, tab, (all) => all('[data-testid="palette"] input').length)).toBe(1);
  await keys(firefox, ...'gpu pow', ENTER);
  await expect.poll(() => shown(firefox, tab)).toEqual(['gpu/power']);
  await expect.poll(() => inked(firefox, tab)).toBe(1);
});

test('the charts that were not scrolled to have pictures for print', async ({ firefox, site }) => {
  const tab = await open(firefox, site);
  await firefox.call('POST', '/window/rect', { width: 700, height: 500 });
  await look(firefox, tab, () => scrollTo(0, 0));
  await expect.poll(() => inked(firefox, tab)).toBe(KEYS.length);
});
