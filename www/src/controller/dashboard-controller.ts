// The one controller: owns the storage, and puts together what its parts own. Views show its snapshot and send it intents.

import { errorCode, errorMessage } from '../errors';
import { experimentName } from '../model/names';
import { runName } from '../model/run-state';
import { type Change, openReport, openStorage, type Storage } from '../tracker';
import { Catalog } from './catalog';
import { ColorMemory } from './color-memory';
import { composeSnapshot } from './compose-snapshot';
import { Deletions } from './deletions';
import { Heartbeat } from './heartbeat';
import type { Intent } from './intents';
import { LiveUpdates } from './live-updates';
import { neededSeries } from './needs';
import { Notices } from './notices';
import { workOnRun } from './run-work';
import { SeriesCache } from './series-cache';
import { initialSnapshot, type Snapshot } from './snapshot';
import { Transfers } from './transfers';
import { ViewKeeper } from './view-keeper';

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
  readonly #heartbeat = new Heartbeat(
    () => this.snapshot,
    (unfinished) => this.#beat(unfinished),
  );
  readonly #notices = new Notices();
  readonly #deletions: Deletions;
  readonly #view: ViewKeeper;
  readonly #colors: ColorMemory;
  readonly #transfers: Transfers;
  #storage: Storage | undefined;
  #catalog: Catalog | undefined;
  #series: SeriesCache | undefined;
  #unsubscribe: (() => void) | undefined;
  #allMetricsOf: string | undefined;
  readonly #chartsInSight = new Set<string>();
  #stopped = false;

  constructor(options: ControllerOptions, show: () => void) {
    this.#options = options;
    this.#show = show;
    this.snapshot = initialSnapshot(options.report);
    this.#deletions = new Deletions(
      options.database,
      this.#notices,
      () => this.#live.request(),
      (ids) => this.#forget(ids),
    );
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
    this.#deletions.begin();
    await this.#open();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#heartbeat.stop();
    this.#unsubscribe?.();
    this.#live.stop();
    this.#view.stop();
    this.#colors.stop();
    this.#transfers.stop();
    await this.#deletions.finish();
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
      this.#heartbeat.start();
      this.#refresh();
      this.#transfers.begin(storage);
    } catch (error) {
      const problem = { code: errorCode(error), message: errorMessage(error) };
      this.snapshot = { ...this.snapshot, phase: 'failed', problem };
      this.#show();
    }
  }

  #beat(unfinished: boolean): void {
    if (unfinished) this.#catalog?.forgetUnfinished();
    this.#live.request();
  }

  #onChange(change: Change): void {
    if (change.kind === 'degraded') this.#notices.degrade({ code: change.code, message: change.message });
    if (change.kind === 'recovered') this.#notices.degrade(undefined);
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
    this.#notices.lose({ run_id, name: run ? runName(run) : run_id, code, message });
  }

  /** Says so when another tab has deleted what is being looked at; what this page deletes is hidden by then. */
  #bury(change: { experiment_id: string; run_id?: string }): void {
    const { experiment, runs } = this.snapshot;
    const id = change.run_id ?? change.experiment_id;
    if (experiment?.experiment_id !== change.experiment_id || this.#deletions.hides(id)) return;
    const run = change.run_id === undefined ? undefined : runs.find((each) => each.run_id === change.run_id);
    if (change.run_id !== undefined && !run) return;
    this.#notices.say(`“${run ? runName(run) : experimentName(experiment)}” was deleted in another tab.`);
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
        (id) => this.#deletions.hides(id),
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
      ...this.#notices.state,
      ...(this.#allMetricsOf !== undefined && { allMetricsOf: this.#allMetricsOf }),
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
      case 'close-run':
      case 'rename-run':
      case 'tag-run':
      case 'untag-run':
      case 'download-artifact':
        return storage && workOnRun(storage, this.#options.database, intent);
      case 'delete-runs':
      case 'delete-experiment':
      case 'undo-delete':
        return storage && this.#deletions.handle(storage, intent, this.snapshot);
      case 'show-runs':
        return this.#showRuns(intent.run_ids, intent.detail);
      case 'dismiss-notice':
        this.#notices.dismiss();
        return this.#refresh();
      case 'dismiss-lost':
        this.#notices.dismissLost(intent.run_id);
        return this.#refresh();
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
    this.#notices.say(text);
    this.#refresh();
  }

  #showRuns(run_ids: readonly string[], detail = false): void {
    const runs = run_ids.flatMap((id) => this.#catalog?.run(id) ?? []);
    if (runs.length === 0) return;
    this.#view.showRuns(runs, detail, this.snapshot);
    this.#refreshView();
  }

  /** They were deleted. */
  #forget(ids: readonly string[]): void {
    this.#colors.forget(ids);
    this.#view.forget(ids);
  }

  async #measure(): Promise<void> {
    const estimate = await this.#storage?.estimate();
    if (!estimate) return;
    this.snapshot = { ...this.snapshot, estimate };
    this.#show();
  }
}
