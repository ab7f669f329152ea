// What a person may have exported, and what the file is called.

/** Which runs. */
export type ExportScope = 'selected' | 'experiment' | 'everything';

/** The kinds of files, each with what `export_runs` is asked for. */
export const FILE_KINDS = {
  jsonl: {
    format: 'jsonl',
    extension: 'jsonl',
    name: 'JSON Lines',
    note: 'everything, artifacts too: can be imported again',
    packed: false,
  },
  csv: { format: 'csv', extension: 'csv', variant: 'long', name: 'CSV, a row for each point', note: 'for any program', packed: false },
  wide: {
    format: 'csv',
    extension: 'csv',
    variant: 'wide',
    name: 'CSV, a column for each metric',
    note: 'for spreadsheets',
    packed: false,
  },
  html: { format: 'html', extension: 'html', name: 'Report (HTML)', note: 'one page that opens without a network', packed: true },
  tensorboard: { format: 'tensorboard', extension: 'zip', name: 'TensorBoard', note: 'event files in a zip file', packed: true },
} as const;

export type FileKind = keyof typeof FILE_KINDS;

export interface ExportChoice {
  scope: ExportScope;
  kind: FileKind;
  compress: boolean;
}

/** The file's name: what is in it, and the day it was made. */
export function fileName({ scope, kind, compress }: ExportChoice, experiment: string | undefined, now: Date): string {
  const { extension, packed } = FILE_KINDS[kind];
  const what = scope === 'everything' || experiment === undefined ? 'entrenar' : experiment;
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
  return `${what.slice(0, 80)} ${day}.${extension}${compress && !packed ? '.gz' : ''}`;
}
