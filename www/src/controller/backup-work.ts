// Backups of one database: into a folder by itself while the page is open, or as files that the page reminds of; and restoring. Loaded
// when the page has come to rest, or when it is asked for.

import { errorCode, errorMessage } from '../errors';
import { type BackupWay, isDue, isReminded } from '../model/backup-plan';
import type { BrowserKind } from '../model/browser-kind';
import { restoredSentence } from '../model/restored-sentence';
import type { RunLeft, Storage } from '../tracker';
import type { BackupMemory, Remembered } from './backup-memory';
import type { Problem } from './snapshot';

/** How often it is looked whether a backup is due. */
const LOOKED_MS = 30_000;
/** How often it is shown how far it is. */
const SHOWN_EVERY_MS = 100;

export type BackupAction = 'choose' | 'grant' | 'now' | 'forget' | 'restore' | 'restore-deleted' | 'save-file' | 'dismiss' | 'stop';

export interface BackupState {
  way: BackupWay;
  /** The folder's name, once one was chosen. */
  folder?: string;
  /** Whether the browser lets this page write there. */
  allowed?: boolean;
  /** When a backup was last completed, or a file saved. */
  last_ms?: number;
  /** What became of the last backup, if it failed. */
  problem?: Problem;
  work?: { kind: 'backup' | 'restore' | 'file'; done: number; total: number };
  /** What came of what was asked for last. */
  said?: string;
  losses: readonly string[];
  /** Whether the page reminds of a backup. */
  remind: boolean;
}

/** A folder as browsers give it that let pages write into folders. */
interface Chosen extends FileSystemDirectoryHandle {
  queryPermission?(of: { mode: 'readwrite' }): Promise<PermissionState>;
  requestPermission?(of: { mode: 'readwrite' }): Promise<PermissionState>;
}

/** What the worker needs of the page around. */
export interface Surroundings {
  storage: Storage;
  memory: BackupMemory;
  browser: BrowserKind;
  /** Undefined where a page cannot write into folders. */
  pick: ((of: { mode: 'read' | 'readwrite'; id: string }) => Promise<Chosen>) | undefined;
  /** Does the work unless another tab does it. */
  alone: (work: () => Promise<void>) => Promise<void>;
  save: (blob: Blob, name: string) => void;
  now: () => number;
  /** When the oldest run was begun, and when something was last logged. */
  span: () => { oldest_ms?: number | undefined; newest_ms?: number | undefined };
  show: () => void;
}

export class BackupWorker {
  readonly #around: Surroundings;
  #remembered: Remembered = {};
  #allowed = false;
  #work: BackupState['work'];
  #said: string | undefined;
  #losses: readonly string[] = [];
  #stop: AbortController | undefined;
  #shown_ms = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get state(): BackupState {
    const { pick, browser, now, span } = this.#around;
    const { directory, backed_up_ms, saved_ms, dismissed_ms, problem } = this.#remembered;
    const way = pick ? 'folder' : 'file';
    const last_ms = Math.max(backed_up_ms ?? 0, saved_ms ?? 0);
    return {
      way,
      ...(directory && { folder: directory.name, allowed: this.#allowed }),
      ...(last_ms > 0 && { last_ms }),
      ...(problem && directory && { problem }),
      ...(this.#work && { work: this.#work }),
      ...(this.#said !== undefined && { said: this.#said }),
      losses: this.#losses,
      remind: isReminded({ way, browser, chosen: directory !== undefined, saved_ms, dismissed_ms, ...span(), now_ms: now() }),
    };
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.look(), LOOKED_MS);
    await this.look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stop?.abort();
  }

  /** Reads again what other tabs did, and backs up if that is due. */
  async look(): Promise<void> {
    await this.#remember(this.#around.memory.read());
    if (!this.#remembered.directory || !this.#allowed || this.#work) return;
    if (!isDue(this.#remembered.tried_ms, this.#around.now())) return;
    await this.#around.alone(async () => {
      // Another tab may have done it by now.
      await this.#remember(this.#around.memory.read());
      if (isDue(this.#remembered.tried_ms, this.#around.now())) await this.#backUp();
    });
  }

  async handle(action: BackupAction): Promise<void> {
    const { pick, memory, now } = this.#around;
    if (action === 'stop') return this.#stop?.abort();
    if (action === 'dismiss') return this.#remember(memory.change({ dismissed_ms: now() }));
    if (action === 'forget') {
      return this.#remember(memory.change({ directory: undefined, problem: undefined, tried_ms: undefined, dismissed_ms: now() }));
    }
    if (this.#work) return;
    this.#said = undefined;
    this.#losses = [];
    switch (action) {
      case 'choose': {
        const directory = await picked(pick?.({ mode: 'readwrite', id: 'entrenar-backup' }));
        if (!directory) return;
        await this.#remember(memory.change({ directory, problem: undefined, backed_up_ms: undefined }));
        return this.#backUp();
      }
      case 'grant': {
        const directory = this.#remembered.directory as Chosen | undefined;
        await directory?.requestPermission?.({ mode: 'readwrite' });
        await this.#remember(memory.read());
        return this.#allowed ? this.#backUp() : this.#say('The browser does not allow it. Choose the folder again, or another one.');
      }
      case 'now':
        return this.#backUp();
      case 'restore':
      case 'restore-deleted': {
        const directory = await picked(pick?.({ mode: 'read', id: 'entrenar-backup' }));
        return directory && this.#restore(directory, action === 'restore-deleted');
      }
      case 'save-file':
        return this.#saveFile();
    }
  }

  async #backUp(): Promise<void> {
    const { storage, memory, now } = this.#around;
    const { directory } = this.#remembered;
    if (!directory || this.#work) return;
    try {
      const { saved_ms } = await this.#carryOut('backup', (options) => storage.back_up(directory, options));
      await this.#remember(memory.change({ backed_up_ms: saved_ms, tried_ms: now(), problem: undefined }));
    } catch (error) {
      if (errorCode(error) === 'Aborted') return this.#say('Stopped: the backup before is whole.');
      const problem = { code: errorCode(error), message: errorMessage(error) };
      await this.#remember(memory.change({ tried_ms: now(), problem }));
    }
  }

  async #restore(directory: FileSystemDirectoryHandle, deleted: boolean): Promise<void> {
    try {
      const left: RunLeft[] = [];
      const on_left = (run: RunLeft) => left.push(run);
      const run_ids = await this.#carryOut('restore', (options) =>
        this.#around.storage.restore(directory, { ...options, deleted, on_left }),
      );
      this.#say(restoredSentence(run_ids.length, left));
    } catch (error) {
      this.#say(errorCode(error) === 'Aborted' ? 'Stopped: nothing was restored.' : errorMessage(error));
    }
  }

  async #saveFile(): Promise<void> {
    const { storage, memory, now, save } = this.#around;
    try {
      const saved_ms = now();
      const blob = await this.#carryOut('file', (options) =>
        storage.export_database({ ...options, compress: 'CompressionStream' in globalThis }),
      );
      const day = new Date(saved_ms).toISOString().slice(0, 10);
      save(blob, `entrenar ${day}.jsonl${blob.type === 'application/gzip' ? '.gz' : ''}`);
      await this.#remember(memory.change({ saved_ms }));
      this.#say('Saved a file of everything. Keep it where this browser cannot delete it.');
    } catch (error) {
      this.#say(errorCode(error) === 'Aborted' ? 'Stopped: nothing was saved.' : errorMessage(error));
    }
  }

  async #carryOut<T>(
    kind: 'backup' | 'restore' | 'file',
    begin: (options: {
      signal: AbortSignal;
      on_progress: (done: number, total: number) => void;
      on_loss: (what: string) => void;
    }) => Promise<T>,
  ): Promise<T> {
    const stop = new AbortController();
    this.#stop = stop;
    this.#work = { kind, done: 0, total: 0 };
    this.#around.show();
    try {
      return await begin({
        signal: stop.signal,
        on_progress: (done, total) => this.#progressed({ kind, done, total }),
        on_loss: (what) => {
          this.#losses = [...this.#losses, what];
        },
      });
    } finally {
      this.#work = undefined;
      this.#stop = undefined;
      this.#around.show();
    }
  }

  #progressed(work: NonNullable<BackupState['work']>): void {
    this.#work = work;
    const now = performance.now();
    if (now - this.#shown_ms < SHOWN_EVERY_MS) return;
    this.#shown_ms = now;
    this.#around.show();
  }

  #say(text: string): void {
    this.#said = text;
    this.#around.show();
  }

  /** Takes what is remembered, and looks whether the folder may be written. */
  async #remember(remembered: Promise<Remembered>): Promise<void> {
    this.#remembered = await remembered;
    const directory = this.#remembered.directory as Chosen | undefined;
    this.#allowed = directory !== undefined && (await isAllowed(directory));
    this.#around.show();
  }
}

async function isAllowed(directory: Chosen): Promise<boolean> {
  try {
    return directory.queryPermission === undefined || (await directory.queryPermission({ mode: 'readwrite' })) === 'granted';
  } catch {
    return false;
  }
}

/** The folder; nothing if the person chose none. */
async function picked(picking: Promise<Chosen> | undefined): Promise<Chosen | undefined> {
  try {
    return await picking;
  } catch (error) {
    if (errorCode(error) === 'AbortError') return undefined;
    throw error;
  }
}
