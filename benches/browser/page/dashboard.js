// The dashboard as its users have it, with what is needed to watch it: its charts, its frames.
import '/dashboard/entrenar-dashboard.js';

const dashboard = document.createElement('entrenar-dashboard');
dashboard.setAttribute('database', new URLSearchParams(location.search).get('database'));
dashboard.setAttribute('address', '');
document.body.append(dashboard);

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

function find(root, selector) {
  const found = root.querySelector(selector);
  if (found) return found;
  for (const element of root.querySelectorAll('*')) {
    const inside = element.shadowRoot && find(element.shadowRoot, selector);
    if (inside) return inside;
  }
  return undefined;
}

let grid;
/** The elements of all charts, drawn or not. */
function charts() {
  if (!grid?.host.isConnected) grid = find(document, 'entrenar-metric-chart')?.getRootNode();
  return grid ? [...grid.querySelectorAll('entrenar-metric-chart')] : [];
}

const pointsOf = (chart) => Number(chart.shadowRoot?.querySelector('[data-testid=chart]')?.dataset.points ?? 0);
const drawn = (chart) => pointsOf(chart) > 0 && Boolean(chart.shadowRoot.querySelector('canvas'));

function inView(chart) {
  const { top, bottom, height } = chart.getBoundingClientRect();
  return height > 0 && bottom > 0 && top < innerHeight;
}

/** Milliseconds from the navigation until the charts in view show `points` together and were painted. */
async function shown({ points }) {
  for (;;) {
    await frame();
    const visible = charts().filter(inView);
    if (visible.length && visible.every(drawn) && visible.reduce((sum, chart) => sum + pointsOf(chart), 0) >= points) break;
  }
  await frame();
  await frame();
  return performance.now();
}

/** Pans the first chart to and fro with the wheel, a step for every frame; the time between frames, and how long each kept the thread. */
async function panned({ seconds }) {
  const surface = find(charts()[0].shadowRoot, '.u-over');
  const { port1, port2 } = new MessageChannel();
  const intervals = [];
  const work = [];
  let began = await frame();
  port1.onmessage = ({ data }) => work.push(performance.now() - data);
  for (const end = began + seconds * 1000; began < end; ) {
    const deltaX = intervals.length % 120 < 60 ? 12 : -12;
    surface.dispatchEvent(new WheelEvent('wheel', { deltaX, bubbles: true, cancelable: true, composed: true }));
    const now = await frame();
    // Answered after this frame was laid out and painted.
    port2.postMessage(performance.now());
    intervals.push(now - began);
    began = now;
  }
  const p95 = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length * 0.95)];
  return { interval: p95(intervals), work: p95(work) };
}

/** Scrolls down through all charts; the longest time that one in view had nothing drawn. */
async function scrolled({ pixelsPerFrame, frames }) {
  const scroller = document.scrollingElement;
  const blankSince = new Map();
  let longest = 0;
  for (let count = 0; count < frames; count += 1) {
    scroller.scrollTop += pixelsPerFrame;
    const now = await frame();
    for (const chart of charts()) {
      if (!inView(chart) || drawn(chart)) blankSince.delete(chart);
      else if (!blankSince.has(chart)) blankSince.set(chart, now);
      else longest = Math.max(longest, now - blankSince.get(chart));
    }
  }
  return { longest, scrolled: scroller.scrollTop };
}

globalThis.bench = { shown, panned, scrolled };
