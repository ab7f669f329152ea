// Colours and dashes of the runs that are shown. A run prefers the colour that its id stands for, so that it has the same
// one wherever it can, and keeps what it has as long as it is shown.

/**
 * Twenty colours that are told apart, three to one against the ground: found by distance in OKLab, the least of what people
 * with and without each common colour blindness see. Those that follow each other, as the runs of a day do, differ most.
 */
export const LIGHT: readonly string[] =
  '#0072b2 #509a51 #a94bfc #13403b #878cc9 #274893 #a87700 #82414e #4c087d #00805e #6c02cf #b0558b #6d540a #d55e00 #860d63 #cb11b0 #af877f #210ba1 #5d240e #995e3e'.split(
    ' ',
  );
export const DARK: readonly string[] =
  '#56a8e0 #d7bcfb #35c298 #e0b040 #45fd8f #7d72c9 #d6358d #bc7769 #c2edfe #218196 #9dad6c #d4f729 #b56eff #e08fbd #d32704 #96ddb6 #f08a3c #4265b3 #51753f #9634e7'.split(
    ' ',
  );
/** For more runs than there are colours. */
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];
const COLORS = LIGHT.length;

export interface RunStroke {
  color: string;
  dash: readonly number[];
}

/** Which colour and dash each shown run has, as a number. */
export type StrokeSlots = ReadonlyMap<string, number>;

/** Slots for the shown runs: those that have one keep it, the others get the one they prefer or the next that is free. */
export function assignSlots(shown: readonly string[], before: StrokeSlots): StrokeSlots {
  const slots = new Map<string, number>();
  const taken = new Set<number>();
  const give = (run_id: string, slot: number) => {
    slots.set(run_id, slot);
    taken.add(slot);
  };
  for (const run_id of shown) {
    const slot = before.get(run_id);
    if (slot !== undefined) give(run_id, slot);
  }
  // In the order of their ids, so that the same runs get the same colours after a reload.
  const others = shown.filter((run_id) => !slots.has(run_id)).sort((a, b) => ordinal(a) - ordinal(b));
  for (const run_id of others) {
    let round = 0;
    while (Array.from({ length: COLORS }, (_, i) => round * COLORS + i).every((slot) => taken.has(slot))) round++;
    let slot = ordinal(run_id) % COLORS;
    while (taken.has(round * COLORS + slot)) slot = (slot + 1) % COLORS;
    give(run_id, round * COLORS + slot);
  }
  return slots;
}

function ordinal(run_id: string): number {
  const counter = /(\d+)$/.exec(run_id);
  if (counter) return Number(counter[1]) % 1_000_003;
  let hash = 7;
  for (let i = 0; i < run_id.length; i++) hash = (hash * 31 + run_id.charCodeAt(i)) % 1_000_003;
  return hash;
}

export function strokeOf(slot: number, dark: boolean): RunStroke {
  return {
    color: (dark ? DARK : LIGHT)[slot % COLORS]!,
    dash: DASHES[Math.floor(slot / COLORS) % DASHES.length]!,
  };
}
