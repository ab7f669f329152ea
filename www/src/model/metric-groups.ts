// Metric keys in groups that nest by `/`: `train/loss/a` belongs to `train/loss`, and that to `train`. What is pinned comes first, then
// what a training is judged by.

import type { RunRecord } from '../tracker';
import { direction } from './best-value';

export interface MetricGroup {
  /** What the keys of its metrics begin with, and what tells it from other groups; empty for metrics that stand alone. */
  path: string;
  /** Its path below the group that it is shown in. */
  name: string;
  keys: readonly string[];
  groups: readonly MetricGroup[];
  /** How many metrics it has, those of its groups included. */
  size: number;
}

export interface ArrangedMetrics {
  pinned: readonly string[];
  groups: readonly MetricGroup[];
}

const byName = new Intl.Collator(undefined, { numeric: true }).compare;

/** The latest results: sorting a thousand keys takes longer than a frame, and they rarely change. */
const sorted: { unsorted: readonly string[]; keys: readonly string[] }[] = [];
const REMEMBERED = 4;

/** The keys of all metrics of these runs, in order. */
export function metricKeys(runs: readonly RunRecord[]): readonly string[] {
  const found = new Set<string>();
  for (const run of runs) for (const metric of run.metrics) found.add(metric.key);
  const unsorted = [...found];
  const known = sorted.find((each) => each.unsorted.length === unsorted.length && each.unsorted.every((key, i) => key === unsorted[i]));
  if (known) return known.keys;
  const keys = [...unsorted].sort(byName);
  sorted.unshift({ unsorted, keys });
  sorted.length = Math.min(sorted.length, REMEMBERED);
  return keys;
}

/** Deeper than this, slashes are part of a name. */
const DEEPEST = 4;
/** What stands alone is not put below a group of more metrics. */
const MANY = 24;
const FIRST = ['loss', 'losses', 'train', 'training', 'val', 'valid', 'validation', 'dev', 'eval', 'evaluation', 'test'];

/** Keys of a group are kept as places in the list of all keys, whose order is that of names. */
interface Node {
  places: number[];
  children: Map<string, Node>;
}

/** `keys` are in the order of their names. A pinned group of which there is nothing is left out. */
export function arrangeMetrics(
  keys: readonly string[],
  { pinnedCharts, pinnedGroups }: { pinnedCharts: readonly string[]; pinnedGroups: readonly string[] } = {
    pinnedCharts: [],
    pinnedGroups: [],
  },
): ArrangedMetrics {
  const apart = new Set(pinnedCharts);
  const root: Node = { places: [], children: new Map() };
  keys.forEach((key, place) => {
    if (!apart.has(key)) nodeOf(root, key).places.push(place);
  });
  const lifted = new Map<string, MetricGroup>();
  const { own, groups } = simplify(root, '', keys, new Set(pinnedGroups), lifted);
  if (own.length > 0) groups.push({ path: '', name: '', keys: ordered(own, keys), groups: [], size: own.length });
  const known = new Set(keys);
  return {
    pinned: pinnedCharts.filter((key) => known.has(key)),
    groups: [...pinnedGroups.flatMap((path) => lifted.get(path) ?? []), ...sortGroups(groups)],
  };
}

/** All keys in the order in which their charts are shown when nothing is pinned. */
export function inOrder(keys: readonly string[]): string[] {
  const flat = (group: MetricGroup): string[] => [...group.keys, ...group.groups.flatMap(flat)];
  return arrangeMetrics(keys).groups.flatMap(flat);
}

/** Of groups and all that is in them. */
export function groupPaths(groups: readonly MetricGroup[]): string[] {
  return groups.flatMap(({ path, groups: inside }) => [path, ...groupPaths(inside)]);
}

function nodeOf(root: Node, key: string): Node {
  let node = root;
  let from = 0;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const slash = separator(key, from);
    if (slash < 0) break;
    const name = key.slice(from, slash);
    const known = node.children.get(name) ?? { places: [], children: new Map() };
    node.children.set(name, known);
    node = known;
    from = slash + 1;
  }
  return node;
}

/** The next slash with something on both of its sides. */
function separator(key: string, from: number): number {
  for (let at = key.indexOf('/', from + 1); at > 0 && at < key.length - 1; at = key.indexOf('/', at + 1))
    if (key[at + 1] !== '/') return at;
  return -1;
}

/** A group of one metric is none, and a group that only holds another is that other. What is pinned is lifted out. */
function simplify(
  node: Node,
  path: string,
  keys: readonly string[],
  pinned: ReadonlySet<string>,
  lifted: Map<string, MetricGroup>,
): { own: number[]; groups: MetricGroup[] } {
  const own = [...node.places];
  const groups: MetricGroup[] = [];
  for (const [name, child] of node.children) {
    const childPath = path === '' ? name : `${path}/${name}`;
    const inside = simplify(child, childPath, keys, pinned, lifted);
    const size = inside.own.length + inside.groups.reduce((sum, each) => sum + each.size, 0);
    if (size === 0) continue;
    if (pinned.has(childPath)) lifted.set(childPath, groupOf(childPath, childPath, inside, size, keys));
    else if (size === 1 && inside.own.length === 1) own.push(...inside.own);
    else if (inside.own.length === 0 && inside.groups.length === 1)
      groups.push({ ...inside.groups[0]!, name: `${name}/${inside.groups[0]!.name}` });
    else groups.push(groupOf(childPath, name, inside, size, keys));
  }
  return { own, groups };
}

function groupOf(
  path: string,
  name: string,
  inside: { own: number[]; groups: MetricGroup[] },
  size: number,
  keys: readonly string[],
): MetricGroup {
  return { path, name, keys: ordered(inside.own, keys), groups: sortGroups(inside.groups), size };
}

/** Of a group's metrics, too, the losses come first. */
function ordered(places: number[], keys: readonly string[]): string[] {
  return places
    .map((place) => ({ place, rank: rank(keys[place]!.slice(keys[place]!.lastIndexOf('/') + 1)) }))
    .sort((a, b) => a.rank - b.rank || a.place - b.place)
    .map(({ place }) => keys[place]!);
}

function sortGroups(groups: readonly MetricGroup[]): MetricGroup[] {
  const sorted = groups.filter(({ path }) => path !== '').sort((a, b) => rank(a.name) - rank(b.name) || byName(a.name, b.name));
  const alone = groups.find(({ path }) => path === '');
  if (!alone) return sorted;
  const judged = alone.keys.some((key) => direction(key) !== 0);
  const below = sorted.findIndex(({ name, size }) => judged || size > MANY || rank(name) === FIRST.length);
  const at = below < 0 ? sorted.length : below;
  return [...sorted.slice(0, at), alone, ...sorted.slice(at)];
}

/** By the first word of a name. */
function rank(name: string): number {
  const place = FIRST.indexOf((/[a-z0-9]+/i.exec(name)?.[0] ?? '').toLowerCase());
  return place < 0 ? FIRST.length : place;
}
