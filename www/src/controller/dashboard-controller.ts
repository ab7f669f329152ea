// The one controller: owns the storage, and puts together what its parts own. Views show its snapshot and send it intents.

import { errorCode, errorMessage } from '../errors';
import { experimentName } from '../model/names';
import { runName, runState } from '../model/run-state';
import { saveFile } from '../save-file';
import { type Change, openReport, openStorage, resumeRun, type Storage } from '../tracker';
import { Catalog } from './catalog';
import { ColorMemory } from './color-memory';
import { composeSnapshot } from './compose-snapshot';
import type { Intent } from './intents';
import { LiveUpdates } from './live-updates';
import { neededSeries } from './needs';
import { PendingDeletion } from './pending-deletion';
import { PromisedDeletion } from './promised-deletion';
import { SeriesCache } from './series-cache';
import { initialSnapshot, type LostRun, type Notice, type Problem, type Snapshot } from './snapshot';
import { Transfers } from './transfers';
import { ViewKeeper } from './view-keeper';

/** How often running runs are looked at again, in case their tab has gone. */
const HEARTBEAT_MS = 5000;
/** How often times count on: of a run that goes on, and of what is only ever longer ago. */
const COUNT_MS = 1000;
const AGE_MS = 15_000;

export interface ControllerOptions {
  database: string | undefined;
  /** Name or id of the experiment to open first. */
  experiment: string | undefined;
  /** Whether the view is kept in the page's address. */
  address: boolean;
  /** Whether it shows the runs of a report: they are in memory, and cannot be changed. */
  report: boolean;
}

export class DashboardController {
  snapshot: Snapshot;
  readonly #options: ControllerOptions;
  readonly #show: () => void;
  readonly #live = new LiveUpdates(() => this.#refresh());
  readonly #deletion = new PendingDeletion(() => this.#live.request());
  readonly #promised: PromisedDeletion;
  readonly #view: ViewKeeper;
  readonly #colors: ColorMemory;
  readonly #transfers: Transfers;
  #storage: Storage | undefined;
  #catalog: Catalog | undefined;
  #series: SeriesCache | undefined;
  #unsubscribe: (() => void) | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #degraded: Problem | undefined;
  #lost: readonly LostRun[] = [];
  #notice: Notice | undefined;
  #allMetricsOf: string | undefined;
  readonly #chartsInSight = new Set<string>();
  /** When unfinished runs were last looked at. */
  #looked_ms = 0;
  #stopped = false;

  constructor(options: ControllerOptions, show: () => void) {
    this.#options = options;
    this.#show = show;
    this.snapshot = initialSnapshot(options.report);
    this.#promised = new PromisedDeletion(options.database);
    this.#view = new ViewKeeper(options.database, options.address, () => this.#refresh());
    this.#colors = new ColorMemory(options.database, () => this.#refresh());
    this.#transfers = new Transfers(
      options.database,
      () => this.snapshot,
      () => this.#showTransfers(),
      (text) => this.#say(text),
      (run_ids) => this.#showRuns(run_ids, true),
    );
  }

  async start(): Promise<void> {
    const undone = this.#promised.take();
    if (undone) this.#notice = { text: `The page was reloaded before it deleted ${undone}: nothing was deleted.`, undo: false };
    await this.#open();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#heartbeat);
    this.#unsubscribe?.();
    this.#live.stop();
    this.#view.stop();
    this.#colors.stop();
    this.#transfers.stop();
    await this.#deletion.finish();
    this.#series?.stop();
    await this.#storage?.close();
  }

  async handle(intent: Intent): Promise<void> {
    try {
      await this.#carryOut(intent);
    } catch (error) {
      this.#say(errorMessage(error));
    }
  }

  async #open(): Promise<void> {
    try {
      const storage = await (this.#options.report ? openReport : openStorage)(this.#options.database);
      if (this.#stopped) return void storage.close();
      this.#storage = storage;
      this.#catalog = new Catalog(storage);
      this.#series = new SeriesCache(storage, () => this.#live.request(true));
      this.#unsubscribe = storage.subscribe((change) => this.#onChange(change));
      this.#heartbeat = setInterval(() => this.#beat(), COUNT_MS);
      this.#refresh();
      this.#transfers.begin(storage);
    } catch (error) {
      const problem = { code: errorCode(error), message: errorMessage(error) };
      this.snapshot = { ...this.snapshot, phase: 'failed', problem };
      this.#show();
    }
  }

  #beat(): void {
    if (document.hidden) return;
    const now = Date.now();
    const { runs, now_ms } = this.snapshot;
    const unfinished = runs.some((run) => run.ended_ms === undefined);
    if (unfinished && now - this.#looked_ms >= HEARTBEAT_MS) {
      this.#looked_ms = now;
      this.#catalog?.forgetUnfinished();
    }
    if (now - now_ms >= (runs.some((run) => runState(run) === 'running') ? COUNT_MS : AGE_MS) || now === this.#looked_ms)
      this.#live.request();
  }

  #onChange(change: Change): void {
    if (change.kind === 'degraded') this.#degraded = { code: change.code, message: change.message };
    if (change.kind === 'recovered') this.#degraded = undefined;
    if (change.kind === 'run_lost') this.#lose(change);
    if (change.kind === 'run_deleted' || change.kind === 'experiment_deleted') this.#bury(change);
    if (change.kind === 'run' && this.#isNew(change)) this.#view.welcome(change.run_id);
    this.#catalog?.apply(change);
    if (change.kind === 'metrics') this.#series?.markStale(change.run_id, change.keys);
    if (change.kind === 'run') this.#series?.markRunStale(change.run_id);
    if (change.kind === 'run_deleted') this.#series?.forget(change.run_id);
    this.#live.request();
  }

  #lose({ run_id, code, message }: { run_id: string; code: string; message: string }): void {
    const run = this.#catalog?.run(run_id) ?? this.snapshot.runs.find((each) => each.run_id === run_id);
    const others = this.#lost.filter((each) => each.run_id !== run_id);
    this.#lost = [...others, { run_id, name: run ? runName(run) : run_id, code, message }];
  }

  /** Says so when another tab has deleted what is being looked at; what this page deletes is hidden by then. */
  #bury(change: { experiment_id: string; run_id?: string }): void {
    const { experiment, runs } = this.snapshot;
    const id = change.run_id ?? change.experiment_id;
    if (experiment?.experiment_id !== change.experiment_id || this.#deletion.hides(id)) return;
    const run = change.run_id === undefined ? undefined : runs.find((each) => each.run_id === change.run_id);
    if (change.run_id !== undefined && !run) return;
    this.#notice = { text: `“${run ? runName(run) : experimentName(experiment)}” was deleted in another tab.`, undo: false };
    this.#view.forget(run ? [id] : [id, ...runs.map((each) => each.run_id)]);
  }

  #isNew(change: { experiment_id: string; run_id: string }): boolean {
    const { experiment, runs } = this.snapshot;
    return experiment?.experiment_id === change.experiment_id && !runs.some((run) => run.run_id === change.run_id);
  }

  #refresh(): void {
    const catalog = this.#catalog;
    const storage = this.#storage;
    const series = this.#series;
    if (!catalog || !storage || !series || this.#stopped) return;
    const compose = () =>
      composeSnapshot(
        storage,
        catalog,
        this.#view.view,
        this.#options.experiment,
        (id) => this.#deletion.hides(id),
        this.snapshot.strokes,
        this.#options.report,
      );
    let composed = compose();
    if (this.#view.recall(composed.experiment?.experiment_id)) composed = compose();
    this.snapshot = {
      phase: 'ready',
      ...composed,
      readOnly: this.#options.report,
      layout: this.#view.layout,
      series,
      colors: this.#colors.colors,
      lost: this.#lost,
      ...(this.#allMetricsOf !== undefined && { allMetricsOf: this.#allMetricsOf }),
      ...(this.#degraded && { degraded: this.#degraded }),
      ...(this.#notice && { notice: this.#notice }),
      ...this.#transfers.state,
      ...(this.snapshot.estimate && { estimate: this.snapshot.estimate }),
    };
    this.#readNeeded();
    this.#show();
  }

  /** The view was changed on purpose: how the experiment that it shows is looked at is remembered. */
  #refreshView(): void {
    this.#refresh();
    this.#view.remember();
  }

  /** Nothing that is stored is looked at again: a handle that is dragged asks for this sixty times a second. */
  #showLayout(): void {
    this.snapshot = { ...this.snapshot, layout: this.#view.layout };
    this.#show();
  }

  /** Has read what the snapshot shows, and shows the curves of what is known on its axis. */
  #readNeeded(): void {
    const { view } = this.snapshot;
    // Charts that are taken off the page with their panel cannot say so themselves.
    if (view.panel !== 'charts') this.#chartsInSight.clear();
    const needs = neededSeries(this.snapshot, { charts: this.#chartsInSight });
    this.#series?.need(needs);
    for (const { run_id, key } of needs) this.#series?.get(run_id, key)?.curve.show(view.xAxis);
  }

  async #carryOut(intent: Intent): Promise<void> {
    const storage = this.#storage;
    switch (intent.type) {
      case 'view':
      case 'reset-view':
      case 'open-experiment':
      case 'show-run':
      case 'toggle-run':
        this.#view.handle(intent, this.snapshot);
        return this.#refreshView();
      case 'layout':
      case 'toggle-name':
        this.#view.layOut(intent);
        return this.#showLayout();
      case 'color-run':
        this.#colors.choose(intent.run_id, intent.color);
        return this.#refresh();
      case 'reset-colors':
        this.#colors.forget();
        return this.#refresh();
      case 'close-run': {
        const run = await resumeRun(intent.run_id, this.#options.database);
        return run.cancel();
      }
      case 'rename-run':
        return storage?.rename_run(intent.run_id, intent.name);
      case 'tag-run':
        return storage?.set_tag(intent.run_id, intent.key, intent.value);
      case 'untag-run':
        return storage?.remove_tag(intent.run_id, intent.key);
      case 'delete-runs':
        return this.#delete(intent.run_ids, async () => {
          for (const run_id of intent.run_ids) await storage?.delete_run(run_id);
        });
      case 'delete-experiment':
        return this.#delete([intent.experiment_id], async () => storage?.delete_experiment(intent.experiment_id));
      case 'undo-delete':
        this.#notice = undefined;
        this.#promised.remember(undefined);
        return this.#deletion.undo();
      case 'show-runs':
        return this.#showRuns(intent.run_ids, intent.detail);
      case 'dismiss-notice':
        this.#notice = undefined;
        return this.#refresh();
      case 'dismiss-lost':
        this.#lost = this.#lost.filter((each) => each.run_id !== intent.run_id);
        return this.#refresh();
      case 'download-artifact': {
        if (!storage) return;
        const bytes = await storage.get_artifact(intent.run_id, intent.key);
        return saveFile(new Blob([bytes as Uint8Array<ArrayBuffer>]), `${intent.run_id}-${intent.key}`);
      }
      case 'chart-in-sight':
        if (intent.inSight) this.#chartsInSight.add(intent.metric);
        else this.#chartsInSight.delete(intent.metric);
        return this.#readNeeded();
      case 'show-all-metrics':
        this.#allMetricsOf = intent.run_id;
        return this.#refresh();
      case 'request-persistence':
        await storage?.request_persistence();
        return this.#measure();
      case 'measure-storage':
        await this.#measure();
        return this.#transfers.loadBackups();
      case 'retry':
        this.snapshot = { ...this.snapshot, phase: 'loading' };
        this.#show();
        return this.#open();
      default:
        return storage && this.#transfers.handle(storage, intent);
    }
  }

  /** Nothing that is stored is looked at again. */
  #showTransfers(): void {
    const { fileWork: _fileWork, csv: _csv, mlflow: _mlflow, backup: _backup, ...kept } = this.snapshot;
    this.snapshot = { ...kept, ...this.#transfers.state };
    this.#show();
  }

  #say(text: string): void {
    this.#notice = { text, undo: false };
    this.#refresh();
  }

  #showRuns(run_ids: readonly string[], detail = false): void {
    const runs = run_ids.flatMap((id) => this.#catalog?.run(id) ?? []);
    if (runs.length === 0) return;
    this.#view.showRuns(runs, detail, this.snapshot);
    this.#refreshView();
  }

  #delete(ids: readonly string[], carryOut: () => Promise<void>): void {
    const run = ids.length === 1 ? this.snapshot.runs.find((each) => each.run_id === ids[0]) : undefined;
    const experiment = this.snapshot.experiments.find((each) => each.experiment_id === ids[0]);
    const what = run ? `“${runName(run)}”` : experiment ? `“${experimentName(experiment)}”` : `${ids.length} runs`;
    const notice: Notice = { text: `Deleted ${what}.`, undo: true };
    this.#notice = notice;
    this.#promised.remember(what);
    this.#deletion.begin(ids, async () => {
      // A later deletion has a notice, and a promise, of its own.
      if (this.#notice === notice) {
        this.#notice = undefined;
        this.#promised.remember(undefined);
      }
      try {
        await carryOut();
        this.#colors.forget(ids);
        this.#view.forget(ids);
      } catch (error) {
        this.#notice = { text: errorMessage(error), undo: false };
      }
    });
  }

  async #measure(): Promise<void> {
    const estimate = await this.#storage?.estimate();
    if (!estimate) return;
    this.snapshot = { ...this.snapshot, estimate };
    this.#show();
  }
}
