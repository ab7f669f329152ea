// Has backups of a database made, from when the page has come to rest: until then nothing of them is loaded.

import { browserKind } from '../model/browser-kind';
import { saveFile } from '../save-file';
import type { Storage } from '../tracker';
import type { BackupAction, BackupState, BackupWorker, Surroundings } from './backup-work';

/** How long after the database was opened. */
const REST_MS = 4000;

export class BackupStarter {
  readonly #database: string | undefined;
  readonly #span: Surroundings['span'];
  readonly #show: () => void;
  #storage: Storage | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #loading: Promise<BackupWorker> | undefined;
  #worker: BackupWorker | undefined;
  #stopped = false;

  constructor(database: string | undefined, span: Surroundings['span'], show: () => void) {
    this.#database = database;
    this.#span = span;
    this.#show = show;
  }

  get state(): BackupState | undefined {
    return this.#worker?.state;
  }

  /** Runs in memory are of no database that would be there the next time. */
  begin(storage: Storage): void {
    this.#storage = storage;
    // What cannot be loaded now is tried again when it is asked for.
    this.#timer = setTimeout(() => void this.load().catch(() => {}), REST_MS);
  }

  async load(): Promise<BackupWorker | undefined> {
    const storage = this.#storage;
    if (!storage?.is_persistent() || this.#stopped) return undefined;
    clearTimeout(this.#timer);
    this.#loading ??= this.#load(storage).catch((error) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  async handle(action: BackupAction): Promise<void> {
    await (await this.load())?.handle(action);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#worker?.stop();
  }

  async #load(storage: Storage): Promise<BackupWorker> {
    const [{ BackupWorker }, { BackupMemory }] = await Promise.all([import('./backup-work'), import('./backup-memory')]);
    const pick = (globalThis as { showDirectoryPicker?: NonNullable<Surroundings['pick']> }).showDirectoryPicker;
    const name = `entrenar-dashboard: backup of ${this.#database || 'entrenar'}`;
    const worker = new BackupWorker({
      storage,
      memory: new BackupMemory(this.#database),
      browser: browserKind(navigator.userAgent),
      pick: pick?.bind(globalThis),
      alone: async (work) => {
        await navigator.locks.request(name, { ifAvailable: true }, async (lock) => lock && work());
      },
      save: saveFile,
      now: () => Date.now(),
      span: this.#span,
      show: this.#show,
    });
    if (!this.#stopped) {
      this.#worker = worker;
      await worker.start();
    }
    return worker;
  }
}
