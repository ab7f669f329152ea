// A training of the digits network, logged batch by batch. Begins, or takes up again where an interrupted run stopped.

import { newRun, type RunRecord, resumeRun, type TrackedRun } from '../tracker';
import { type Digits, PIXELS, shuffled } from './digits';
import type { Network, Prediction } from './network';

export const EXPERIMENT = 'digits';
export const DEMO_TAG = 'digits';

export interface Settings {
  learning_rate: number;
  hidden: number;
  epochs: number;
  batch_size: number;
  momentum: number;
  seed: number;
}

export const DEFAULTS: Settings = { learning_rate: 0.05, hidden: 32, epochs: 24, batch_size: 32, momentum: 0.9, seed: 1 };
/** How many test digits are shown with what the network takes them for. */
export const SHOWN_DIGITS = 24;
const PREDICT_EVERY = 5;

export interface Progress {
  epoch: number;
  epochs: number;
  /** Share of the whole training that is done. */
  done: number;
  testAccuracy: number | undefined;
  predictions: readonly Prediction[];
}

export class Training {
  readonly run: TrackedRun;
  readonly settings: Settings;
  readonly #digits: Digits;
  readonly #network: Network;
  readonly #firstEpoch: number;
  readonly #report: (progress: Progress) => void;
  #ended: 'cancel' | 'fail' | undefined;
  #testAccuracy: number | undefined;

  private constructor(
    run: TrackedRun,
    settings: Settings,
    digits: Digits,
    network: Network,
    firstEpoch: number,
    report: (progress: Progress) => void,
  ) {
    this.run = run;
    this.settings = settings;
    this.#digits = digits;
    this.#network = network;
    this.#firstEpoch = firstEpoch;
    this.#report = report;
  }

  static async begin(settings: Settings, digits: Digits, report: (progress: Progress) => void, database?: string): Promise<Training> {
    const network = await createNetwork(settings);
    const run = await newRun(EXPERIMENT, {
      ...(database && { database }),
      run_name: `lr ${settings.learning_rate}, ${settings.hidden} units`,
      config: { ...settings, model: `${PIXELS}-${settings.hidden}-10`, train_digits: digits.train.count, test_digits: digits.test.count },
      tags: { demo: DEMO_TAG, data: 'UCI optdigits' },
    });
    return new Training(run, settings, digits, network, 0, report);
  }

  /** Every finished epoch has left its weights and one `test/accuracy`: training goes on with the epoch after it. */
  static async resume(record: RunRecord, digits: Digits, report: (progress: Progress) => void, database?: string): Promise<Training> {
    const settings: Settings = { ...DEFAULTS, ...(record.config as Partial<Settings>) };
    const network = await createNetwork(settings);
    const run = await resumeRun(record.run_id, database);
    const scores = run.get_metrics('test/accuracy').value;
    let epoch = 0;
    if (record.artifacts.weights) {
      network.load(await run.get_artifact('weights'));
      epoch = scores.length;
    }
    const training = new Training(run, settings, digits, network, epoch, report);
    training.#testAccuracy = epoch > 0 ? scores[scores.length - 1] : undefined;
    return training;
  }

  end(how: 'cancel' | 'fail'): void {
    this.#ended = how;
  }

  /** Trains to the end, or until told to end. The run is closed in any case. */
  async carryOut(): Promise<void> {
    try {
      for (let epoch = this.#firstEpoch; epoch < this.settings.epochs && !this.#ended; epoch++) await this.#epoch(epoch);
      if (this.#ended === 'cancel') await this.run.cancel();
      else if (this.#ended === 'fail') await this.run.fail();
      else await this.run.finish();
    } catch (error) {
      // The first error tells what happened; that the run cannot be closed either is its consequence.
      if (!this.run.is_finished()) await this.run.fail().catch(() => undefined);
      throw error;
    } finally {
      this.#network.dispose();
    }
  }

  async #epoch(epoch: number): Promise<void> {
    const { train, test } = this.#digits;
    const { batch_size, epochs, seed } = this.settings;
    const order = shuffled(train.count, seed * 1000 + epoch);
    const batches = Math.ceil(train.count / batch_size);
    for (let batch = 0; batch < batches; batch++) {
      const done = (epoch + batch / batches) / epochs;
      const learning_rate = this.#learningRate(done);
      const { loss, accuracy } = this.#network.train(train, order.subarray(batch * batch_size, (batch + 1) * batch_size), learning_rate);
      this.run.log_metrics({ 'train/loss': loss, 'train/accuracy': accuracy, learning_rate });
      if (batch % PREDICT_EVERY === 0) this.#tell(epoch, done);
      await breath();
      if (this.#ended) return;
    }
    const { loss, accuracy } = this.#network.score(test);
    // At the step of the batch it follows, so that all curves share one axis.
    const step = this.run.current_step('train/loss') - 1;
    this.run.log_artifact('weights', this.#network.save());
    this.run.log_metrics({ 'test/loss': loss, 'test/accuracy': accuracy }, step);
    this.#testAccuracy = accuracy;
    this.#tell(epoch, (epoch + 1) / epochs);
  }

  /** Down to nothing along a cosine. */
  #learningRate(done: number): number {
    return this.settings.learning_rate * 0.5 * (1 + Math.cos(Math.PI * done));
  }

  #tell(epoch: number, done: number): void {
    const predictions = this.#network.predict(this.#digits.test.pixels.subarray(0, SHOWN_DIGITS * PIXELS));
    this.#report({ epoch: epoch + 1, epochs: this.settings.epochs, done, testAccuracy: this.#testAccuracy, predictions });
  }
}

/** TensorFlow.js is loaded when the first training begins, not with the page. */
async function createNetwork(settings: Settings): Promise<Network> {
  const { Network } = await import('./network');
  return Network.create(settings.hidden, settings.momentum, settings.seed);
}

const channel = new MessageChannel();

/** Lets the page draw and answer. A hidden page draws no frames and slows its timers: there a message has to do. */
function breath(): Promise<void> {
  return new Promise((resolve) => {
    if (document.hidden) {
      channel.port1.onmessage = () => resolve();
      channel.port2.postMessage(null);
      return;
    }
    const waiting = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(waiting);
      resolve();
    });
  });
}
