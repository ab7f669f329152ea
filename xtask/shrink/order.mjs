// The order in which functions lie in a module: like next to like, for gzip looks back 32 KB and no further.

import { deflateRawSync } from 'node:zlib';

const WINDOW_BYTES = 32_000;
/** How many bytes in a row count as a likeness: about two instructions. */
const RUN_BYTES = 6;
/** A run of bytes that more functions have says nothing of them. */
const MOST_SHARERS = 40;
const MOST_NEIGHBOURS = 8;
/** How often one function is tried elsewhere: each time takes some ten milliseconds, and ever fewer are worth it. */
const TRIES = 4_000;

/** All runs of bytes in a body, each once, as numbers. */
function runsOf(body) {
  const found = new Set();
  for (let end = RUN_BYTES; end <= body.length; end += 1) {
    let hash = 0;
    for (let at = end - RUN_BYTES; at < end; at += 1) hash = (Math.imul(hash, 257) + body[at]) | 0;
    found.add(hash);
  }
  return [...found];
}

/** The places of bodies, from the first on always the one that has most in common with those before it within the window. */
export function byLikeness(bodies) {
  const runs = bodies.map(runsOf);
  const recent = new Map();
  const count = (place, by) => runs[place].forEach((run) => recent.set(run, (recent.get(run) ?? 0) + by));
  const left = new Set(bodies.keys());
  const order = [];
  let oldest = 0;
  let bytes = 0;
  let next = 0;
  while (next !== undefined) {
    order.push(next);
    left.delete(next);
    count(next, 1);
    bytes += bodies[next].length;
    for (; bytes > WINDOW_BYTES && oldest < order.length - 1; oldest += 1) {
      count(order[oldest], -1);
      bytes -= bodies[order[oldest]].length;
    }
    next = undefined;
    let most = -1;
    for (const place of left) {
      const known = runs[place].reduce((known, run) => known + Number(recent.get(run) > 0), 0);
      // Neither only the longest nor only the shortest.
      const likeness = known / Math.sqrt(runs[place].length + 1);
      if (likeness > most) [most, next] = [likeness, place];
    }
  }
  return order;
}

/** For each body the places of those it has most in common with, which few others have. */
function neighbours(bodies) {
  const runs = bodies.map(runsOf);
  const sharers = new Map();
  for (const [place, all] of runs.entries()) {
    for (const run of all) {
      const others = sharers.get(run) ?? [];
      if (others.length <= MOST_SHARERS) others.push(place);
      sharers.set(run, others);
    }
  }
  return runs.map((all, place) => {
    const common = new Map();
    for (const run of all) {
      const others = sharers.get(run);
      if (others.length > MOST_SHARERS) continue;
      for (const other of others) common.set(other, (common.get(other) ?? 0) + 1 / Math.log2(1 + others.length));
    }
    common.delete(place);
    const likeness = ([other, known]) => known / Math.sqrt(bodies[other].length);
    const nearest = [...common].sort((one, other) => likeness(other) - likeness(one));
    return nearest.slice(0, MOST_NEIGHBOURS).map(([other]) => other);
  });
}

/** The places of bodies, one after the other moved next to one that is like it, wherever gzip makes less of that. The same each time. */
export function byTrial(bodies) {
  const near = neighbours(bodies);
  const size = (order) => deflateRawSync(Buffer.concat(order.map((place) => bodies[place])), { level: 9 }).length;
  const random = randomNumbers();
  let best = [...bodies.keys()];
  let least = size(best);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const place = Math.floor(random() * best.length);
    // The nearest are tried most often.
    const beside = near[place][Math.floor(random() * random() * near[place].length)];
    if (beside === undefined) continue;
    const moved = best.filter((other) => other !== place);
    moved.splice(moved.indexOf(beside) + Math.round(random()), 0, place);
    const found = size(moved);
    if (found <= least) [best, least] = [moved, found];
  }
  return best;
}

/** Numbers from 0 to 1, the same each time. */
function randomNumbers() {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
