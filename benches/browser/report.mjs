// The results as a table for the terminal and as benches/RESULTS.md.
import { exponent, quotients, summary } from './page/statistics.js';
import { DASHBOARD_ROWS, ROWS, plain } from './rows.mjs';

/** Repetitions that differ by more than this factor decide nothing. */
const UNSTEADY = 3;

/** A row with what was measured. */
function measured({ samples, failures }, row) {
  const limit = (number) => (number === undefined ? '' : `${row.least ? '≥' : '≤'} ${row.show(number).replace(/\.00?(?=\D|$)/, '').replace(/(\.\d)0(?=\D|$)/, '$1')}`);
  const limits = { must: limit(row.must), aim: limit(row.aim) };
  const found = row.of.map((name) => samples[name]);
  if (found.some((values) => !values?.length)) {
    const why = failures[row.part] ?? row.of.map((name) => failures[name]).find(Boolean);
    return { ...row, ...limits, value: '–', verdict: why ? `failed: ${why}` : 'not measured' };
  }
  const values = found.length === 1 ? found[0] : quotients(...found);
  const { median, least, greatest } = summary(values);
  const reaches = (limit) => limit !== undefined && (row.least ? median >= limit : median <= limit);
  const reached = reaches(row.aim) ? 'aim reached' : reaches(row.must) ? 'reached' : 'missed';
  // A median of numbers that far apart says more about the machine than about us, whichever way it points.
  const verdict = greatest > UNSTEADY * least ? `${reached}, but unsteady: repeat` : reached;
  const spread = values.length > 1 ? ` (${plain(least)}–${plain(greatest)})` : '';
  return { ...row, ...limits, value: row.show(median) + spread, verdict };
}

/** The table for a terminal; of one part alone, with its samples, if `part` is given. */
export function table(results, part) {
  const all = [...ROWS, ...DASHBOARD_ROWS].filter((row) => !part || row.part === part).map((row) => measured(results, row));
  const rows = all.map((row) => [row.what.replaceAll('`', ''), row.must, row.aim, row.value, row.verdict]);
  const text = rows.length ? aligned([['what', 'must', 'aim', 'measured: median (least–greatest)', ''], ...rows]) : '';
  return part ? [text, aligned(sampleRows(results)), growth(results.scale, aligned)].filter(Boolean).join('\n\n') : text;
}

function aligned(lines) {
  if (!lines.length) return '';
  const width = (column) => Math.max(...lines.map((line) => line[column].length));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(width(column))).join('  ').trimEnd()).join('\n');
}

const markdownTable = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function promises(results, rows) {
  const cells = rows
    .map((row) => measured(results, row))
    .map((row) => [row.what, row.must, row.aim, row.value, row.verdict, `\`cargo xtask bench --only ${row.part}\``]);
  return markdownTable(['what', 'must', 'aim', 'measured', '', 'again'], cells);
}

const STORES = ['raw limit', 'entrenar', 'SQLite opfs-sahpool', 'SQLite opfs', 'idb', 'Dexie', 'RxDB', 'localForage'];

function peers({ samples, peer_points: points }) {
  const cell = (name, action) => {
    const values = samples[`${name} ${action}`];
    if (!values) return ['–', ''];
    const { median, least, greatest } = summary(values);
    const ratio = summary(quotients(values, samples[`entrenar ${action}`])).median;
    return [`${plain(median)} (${plain(least)}–${plain(greatest)})`, `${plain(ratio)}×`];
  };
  const rows = STORES.filter((name) => samples[`${name} write`]).map((name) => [
    name,
    ...cell(name, 'write'),
    ...cell(name, 'read'),
    points[name] ? String(points[name]) : '1000000',
  ]);
  return markdownTable(['', 'write 10^6, ms', '÷ entrenar', 'read 10^6, ms', '÷ entrenar', 'points measured'], rows);
}

/** A table for each dimension, with the growth exponents below; `lay` makes a table of lines. */
function growth(scale, lay) {
  return scale
    .map(({ dimension, rows }) => {
      const costs = Object.keys(rows[0]).filter((name) => name !== 'size');
      const sizes = rows.map((row) => row.size);
      const lines = rows.map((row) => [row.size.toLocaleString('en').replaceAll(',', ' '), ...costs.map((name) => plain(row[name]))]);
      const exponents = costs.map((name) => exponent(sizes, rows.map((row) => row[name])).toFixed(2));
      return lay([[dimension, ...costs], ...lines, ['growth exponent', ...exponents]]);
    })
    .join('\n\n');
}

function sampleRows({ samples }) {
  return Object.entries(samples).map(([name, values]) => {
    const { median, least, greatest } = summary(values);
    return [name, plain(median), `${plain(least)}–${plain(greatest)}`, String(values.length)];
  });
}

/** The whole report; `notes` is written by hand. */
export function markdown(results, notes) {
  const { machine } = results;
  const parts = [
    '# Benchmark results',
    `Made by \`cargo xtask bench${results.mode === 'quick' ? ' --quick' : ''}\` from \`results.json\`: do not edit; what is to be said about it stands in [NOTES.md](NOTES.md).`,
    `${machine.browser}, headless, on ${machine.cores} cores (${machine.processor}), ${machine.memory_gb} GB, ${machine.system}; load average ${machine.load} when it began.${results.other_package ? ' **Measured with another build of the package than this checkout’s.**' : ''} Medians of ${results.repetitions} repetitions or more in alternating order, least and greatest in brackets; a ratio is taken within each repetition; one number without brackets was measured once. Logging at 100 000 points/s went on for ${results.live_seconds} s each time. Absolute times are this machine's; the ratios are what counts.`,
    '## What is promised',
    promises(results, ROWS),
    '## The dashboard',
    promises(results, DASHBOARD_ROWS),
    '## Beside the peers',
    'One series, from columns in memory to disk and back. Who was measured on fewer points is scaled up linearly.',
    peers(results),
  ];
  if (results.scale.length) {
    parts.push(
      '## Growth',
      'The growth exponent is the slope of the logarithms: 0 costs the same at any size, 1 grows in proportion.',
      growth(results.scale, ([head, ...rows]) => markdownTable(head, rows)),
    );
  }
  parts.push(notes.trim(), '## Every sample', 'Nanoseconds for `log_*`, plain JavaScript and the copy, bytes or KB where it says so, milliseconds otherwise.', markdownTable(['sample', 'median', 'least–greatest', 'repetitions'], sampleRows(results)));
  return `${parts.join('\n\n')}\n`;
}
