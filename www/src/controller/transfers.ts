// What goes out of the database and comes into it: files, runs on their way to MLflow, backups. Each has a part of its own, which owns its
// state; here are the intents that they carry out, and what the snapshot has of them.

import type { Storage } from '../tracker';
import { BackupStarter } from './backup-starter';
import { CsvChooser } from './csv-choice';
import { FileWorker } from './file-work';
import type { TransferIntent } from './intents';
import { loggedSpan } from './logged-span';
import type { MlflowSender } from './mlflow-sender';
import type { Snapshot } from './snapshot';

export type TransferState = Pick<Snapshot, 'fileWork' | 'csv' | 'mlflow' | 'backup'>;

export class Transfers {
  readonly #snapshot: () => Snapshot;
  readonly #show: () => void;
  readonly #say: (text: string) => void;
  readonly #open: (run_ids: readonly string[]) => void;
  readonly #files: FileWorker;
  readonly #csv: CsvChooser;
  readonly #backups: BackupStarter;
  #mlflow: MlflowSender | undefined;

  /** `show` is called when the state has changed, `say` with what a person is to read, `open` with runs that a person asked for one by one. */
  constructor(
    database: string | undefined,
    snapshot: () => Snapshot,
    show: () => void,
    say: (text: string) => void,
    open: (run_ids: readonly string[]) => void,
  ) {
    this.#snapshot = snapshot;
    this.#show = show;
    this.#say = say;
    this.#open = open;
    this.#files = new FileWorker(show);
    this.#csv = new CsvChooser(show);
    this.#backups = new BackupStarter(database, () => loggedSpan(snapshot()), show);
  }

  get state(): TransferState {
    return {
      ...(this.#files.work && { fileWork: this.#files.work }),
      ...(this.#csv.chosen && { csv: this.#csv.chosen }),
      ...(this.#mlflow && { mlflow: this.#mlflow.view }),
      ...(this.#backups.state && { backup: this.#backups.state }),
    };
  }

  begin(storage: Storage): void {
    this.#backups.begin(storage);
  }

  /** Has the backups looked after, which otherwise waits until the page has come to rest. */
  async loadBackups(): Promise<void> {
    await this.#backups.load();
  }

  stop(): void {
    this.#files.stop();
    this.#mlflow?.stopAll();
    this.#backups.stop();
  }

  async handle(storage: Storage, intent: TransferIntent): Promise<void> {
    switch (intent.type) {
      case 'export-runs':
        return this.#files.export(storage, intent.choice, this.#snapshot());
      case 'share-runs':
        return this.#files.share(storage, intent.choice, this.#snapshot());
      case 'share-again':
        return this.#files.shareAgain();
      case 'import-file':
        return this.#chooseFile(storage, intent.file);
      case 'choose-column':
        return this.#csv.choose(storage, intent.choice);
      case 'dismiss-csv':
        return this.#csv.dismiss();
      case 'import-csv': {
        const chosen = this.#csv.take();
        return chosen && this.#files.import(storage, chosen.file, chosen.columns);
      }
      case 'import-mlflow': {
        await this.#files.importMlflow(storage, intent.choice);
        const { outcome, text, run_ids } = this.#files.work ?? {};
        if (outcome !== 'done' || text === undefined || run_ids === undefined) return;
        this.#open(run_ids);
        // Its dialog may be closed by now.
        return this.#say(text);
      }
      case 'stop-file-work':
        return this.#files.stop();
      case 'dismiss-file-work':
        this.#csv.dismiss();
        return this.#files.dismiss();
      case 'look-at-mlflow':
        return (await this.#sender()).look(storage, intent.run_id);
      case 'send-to-mlflow':
        return (await this.#sender()).send(storage, intent.run_id, intent.choice);
      case 'stop-mlflow':
        return this.#mlflow?.stop(intent.run_id);
      case 'backup': {
        await this.#backups.handle(intent.action);
        const said = this.#backups.state?.said;
        if (said !== undefined && intent.action.startsWith('restore')) this.#say(said);
      }
    }
  }

  /** Shows what is in a CSV file; imports any other. */
  async #chooseFile(storage: Storage, file: File): Promise<void> {
    const isCsv = await this.#csv.open(storage, file);
    if (!isCsv) await this.#files.import(storage, file);
  }

  /** What few use is loaded when it is used. */
  async #sender(): Promise<MlflowSender> {
    const { MlflowSender } = await import('./mlflow-sender');
    this.#mlflow ??= new MlflowSender(this.#show);
    return this.#mlflow;
  }
}
