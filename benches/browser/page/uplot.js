// What the dashboard's first chart is measured against: uPlot alone, drawing five curves of 2000 points that somebody has reduced already.
import uPlot from '/node_modules/uplot/dist/uPlot.esm.js';
import { values } from './data.js';

const POINTS = 2000;
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

const x = Float64Array.from({ length: POINTS }, (_, index) => index);
const curves = Array.from({ length: 5 }, () => values(POINTS));
const series = curves.map((_, index) => ({ stroke: `hsl(${index * 70} 60% 45%)` }));
new uPlot({ width: 900, height: 400, series: [{}, ...series], scales: { x: { time: false } } }, [x, ...curves], document.body);
await frame();
await frame();
const ms = performance.now();
globalThis.bench = { shown: () => ms };
