// The one export or import that goes on: how far it is, and what came of it.

import { errorCode, errorMessage } from '../errors';
import { type ExportChoice, type ExportScope, FILE_KINDS, fileName } from '../model/export-choice';
import type { MlflowImportChoice } from '../model/mlflow-import';
import { experimentName } from '../model/names';
import { saveFile } from '../save-file';
import { shareFile } from '../share-file';
import type { CsvColumns, Storage } from '../tracker';
import type { Snapshot } from './snapshot';

/** How often it is shown how far it is. */
const SHOWN_EVERY_MS = 100;

export interface FileWork {
  kind: 'export' | 'import';
  /** The file's, or the id of the run that a server is asked for. */
  name: string;
  unit: 'points' | 'bytes';
  done: number;
  /** Undefined where only its end tells. */
  total: number | undefined;
  outcome?: 'done' | 'stopped' | 'failed';
  /** What is said of the outcome. */
  text?: string;
  /** It is written, and waits for a click to be shared. */
  isReady?: boolean;
  /** The runs that were imported. */
  run_ids?: readonly string[];
  /** What was asked for is one run: it is opened when it is there. */
  opens?: boolean;
  /** What the format cannot hold, or what was left out. */
  losses: readonly string[];
}

/** How a work is stopped, and what it tells. */
export interface WorkOptions {
  signal: AbortSignal;
  on_progress: (done: number, total: number | undefined) => void;
  on_loss: (what: string) => void;
}

function chosenRuns(storage: Storage, scope: ExportScope, { selected, runs }: Snapshot): string[] {
  if (scope === 'everything') return storage.list_experiments().flatMap((id) => storage.list_runs(id));
  return (scope === 'selected' ? selected : runs).map((run) => run.run_id);
}

export class FileWorker {
  #work: FileWork | undefined;
  #stop: AbortController | undefined;
  /** Shows how far it is by now. */
  #showing: ReturnType<typeof setTimeout> | undefined;
  /** The file that waits to be shared. */
  #ready: Blob | undefined;
  readonly #show: () => void;

  constructor(show: () => void) {
    this.#show = show;
  }

  get work(): FileWork | undefined {
    return this.#work;
  }

  stop(): void {
    this.#stop?.abort();
  }

  dismiss(): void {
    if (this.#work?.outcome === undefined) return;
    this.#ready = undefined;
    this.#change(undefined);
  }

  /** Saves a file of the runs that are chosen, of those that the snapshot shows. */
  async export(storage: Storage, choice: ExportChoice, snapshot: Snapshot): Promise<void> {
    await this.#write(storage, choice, snapshot, async (blob, name) => {
      saveFile(blob, name);
      return { text: `Saved “${name}”.` };
    });
  }

  /** Hands such a file to another program; saves it where the system does not take it. */
  async share(storage: Storage, choice: ExportChoice, snapshot: Snapshot): Promise<void> {
    await this.#write(storage, choice, snapshot, (blob, name) => this.#share(blob, name));
  }

  /** Shares the file that waits for it. */
  async shareAgain(): Promise<void> {
    const work = this.#work;
    if (!this.#ready || !work) return;
    const result = await this.#share(this.#ready, work.name);
    if (this.#work === work) this.#change({ ...work, ...result });
  }

  async #share(blob: Blob, name: string): Promise<Partial<FileWork>> {
    const outcome = await shareFile(blob, name);
    // What was not shared may be shared by another click.
    const isReady = outcome === 'late' || outcome === 'dismissed';
    this.#ready = isReady ? blob : undefined;
    if (outcome === 'refused') {
      saveFile(blob, name);
      return { isReady, text: `This device shares no such files: saved “${name}” instead.` };
    }
    const text = { shared: `Shared “${name}”.`, dismissed: `“${name}” was not shared.`, late: `“${name}” is ready.` }[outcome];
    return { isReady, text };
  }

  async #write(
    storage: Storage,
    choice: ExportChoice,
    snapshot: Snapshot,
    deliver: (blob: Blob, name: string) => Promise<Partial<FileWork>>,
  ): Promise<void> {
    const { experiment } = snapshot;
    const name = fileName(choice, experiment && experimentName(experiment), new Date());
    const run_ids = chosenRuns(storage, choice.scope, snapshot);
    const kind = FILE_KINDS[choice.kind];
    await this.#carryOut({ kind: 'export', name, unit: 'points', done: 0, total: 0, losses: [] }, async (options) => {
      const how = { ...options, compress: choice.compress && !kind.packed, ...('variant' in kind && { variant: kind.variant }) };
      const page = kind.format === 'html' && { template: (await import('entrenar-report')).page };
      const blob =
        choice.scope === 'everything' && choice.kind === 'jsonl'
          ? await storage.export_database(how)
          : await storage.export_runs(run_ids, kind.format, { ...how, ...page });
      return deliver(blob, name);
    });
  }

  /** Imports a file: with what was said of its columns, if it is CSV. */
  async import(storage: Storage, file: File, columns?: CsvColumns): Promise<void> {
    const { name, size } = file;
    await this.#carryOut({ kind: 'import', name, unit: 'bytes', done: 0, total: size, losses: [] }, async (options) => {
      const run_ids = await storage.import_runs(file, { ...options, ...(columns && { columns }) });
      return { text: run_ids.length === 1 ? 'Imported one run.' : `Imported ${run_ids.length} runs.`, run_ids };
    });
  }

  /** Imports a run from an MLflow server. */
  async importMlflow(storage: Storage, choice: MlflowImportChoice): Promise<void> {
    const name = choice.mlflow_run_id;
    await this.#carryOut({ kind: 'import', name, unit: 'points', done: 0, total: undefined, opens: true, losses: [] }, async (options) => {
      const { importRun } = await import('./mlflow-import');
      return importRun(storage, choice, options);
    });
  }

  async #carryOut(work: FileWork, begin: (options: WorkOptions) => Promise<Partial<FileWork>>): Promise<void> {
    if (this.#work && this.#work.outcome === undefined) throw new Error(`“${this.#work.name}” is not done yet: wait for it, or stop it.`);
    const stop = new AbortController();
    this.#stop = stop;
    this.#change(work);
    const options: WorkOptions = {
      signal: stop.signal,
      on_progress: (done, total) => this.#progressed(done, total),
      on_loss: (what) => this.#change({ ...this.#current(work), losses: [...this.#current(work).losses, what] }),
    };
    try {
      const result = await begin(options);
      this.#change({ ...this.#current(work), ...result, outcome: 'done' });
    } catch (error) {
      const stopped = errorCode(error) === 'Aborted';
      const text = stopped
        ? work.kind === 'import'
          ? 'Stopped: nothing was imported.'
          : 'Stopped: nothing was saved.'
        : errorMessage(error);
      this.#change({ ...this.#current(work), outcome: stopped ? 'stopped' : 'failed', text });
    }
  }

  #current(work: FileWork): FileWork {
    return this.#work ?? work;
  }

  #progressed(done: number, total: number | undefined): void {
    if (!this.#work) return;
    this.#work = { ...this.#work, done, total };
    this.#showing ??= setTimeout(() => this.#change(this.#work), SHOWN_EVERY_MS);
  }

  #change(work: FileWork | undefined): void {
    clearTimeout(this.#showing);
    this.#showing = undefined;
    this.#work = work;
    this.#show();
  }
}
