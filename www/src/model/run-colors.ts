// A run's colour and dash: fixed by its id alone, so that it never changes with the selection. The hues are those of
// Okabe and Ito (distinguishable with every common colour blindness), darkened or lightened for the page's ground.

const LIGHT = ['#0072b2', '#d55e00', '#00805e', '#b0558b', '#a87700', '#3a8fc7', '#4a4a4a'];
const DARK = ['#56a8e0', '#f08a3c', '#35c298', '#e08fbd', '#e0b040', '#8fd0ff', '#c9c9c9'];
const DASHES: number[][] = [[], [6, 3], [2, 3], [8, 3, 2, 3]];

export interface RunStroke {
  color: string;
  dash: number[];
}

function ordinal(run_id: string): number {
  const counter = /(\d+)$/.exec(run_id);
  if (counter) return Number(counter[1]) % 1_000_003;
  let hash = 7;
  for (let i = 0; i < run_id.length; i++) hash = (hash * 31 + run_id.charCodeAt(i)) % 1_000_003;
  return hash;
}

export function runStroke(run_id: string, dark: boolean): RunStroke {
  const n = ordinal(run_id);
  const palette = dark ? DARK : LIGHT;
  return {
    color: palette[n % palette.length]!,
    dash: DASHES[Math.floor(n / palette.length) % DASHES.length]!,
  };
}
