// Which charts are in sight, or nearly. What is watched costs every frame of scrolling, and a page may have two thousand charts: those
// of a group that is far away are left alone, and the group is watched in their place.

/** How far out of sight charts are drawn already, so that scrolling never meets an empty one. */
const AHEAD = '900px';

type Told = (isNear: boolean) => void;

const charts = new Map<Element, Told>();
/** Of each group, the charts in it. */
const groups = new Map<Element, Set<Element>>();
let observer: IntersectionObserver | undefined;

/** Calls `told` soon, and whenever it changes. `group`: the element around this chart and others. */
export function watchNearSight(chart: Element, group: Element | undefined, told: Told): void {
  observer ??= new IntersectionObserver(noticed, { rootMargin: AHEAD });
  charts.set(chart, told);
  observer.observe(chart);
  if (!group) return;
  // Which groups are far away is known later: nothing that is near waits for it.
  groups.set(group, (groups.get(group) ?? new Set()).add(chart));
  observer.observe(group);
}

export function unwatchNearSight(chart: Element, group: Element | undefined): void {
  charts.delete(chart);
  observer?.unobserve(chart);
  const members = group && groups.get(group);
  members?.delete(chart);
  if (!group || members?.size !== 0) return;
  groups.delete(group);
  observer?.unobserve(group);
}

function noticed(entries: readonly IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    charts.get(target)?.(isIntersecting);
    // With the group went its charts: that they did is among the entries.
    for (const chart of groups.get(target) ?? []) {
      if (isIntersecting) observer?.observe(chart);
      else observer?.unobserve(chart);
    }
  }
}
