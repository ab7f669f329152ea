// Names are what a person typed, or a program made: some consist of nothing that can be seen.

const SEEN = /[^\s\p{C}\p{Z}\u2800\u3164]/u;

export function canBeSeen(name: string): boolean {
  return SEEN.test(name);
}

/** In quotes where there would be nothing to see. */
export function shownKey(key: string): string {
  return canBeSeen(key) ? key : `“${key}”`;
}

export function experimentName({ name, experiment_id }: { name: string; experiment_id: string }): string {
  return canBeSeen(name) ? name : experiment_id;
}
