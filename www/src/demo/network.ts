// The network: 64 pixels, one hidden layer of rectified units, ten outputs; trained by gradient descent with momentum.
// It runs on TensorFlow.js's CPU backend: for a network this small that is quicker than a graphics card.

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import { type DigitSet, mulberry32, PIXELS } from './digits';

const CLASSES = 10;

export interface Score {
  loss: number;
  accuracy: number;
}

export interface Prediction {
  digit: number;
  confidence: number;
}

export class Network {
  readonly #momentum: number;
  readonly #weights: tf.Variable[];
  readonly #velocities: tf.Variable[];

  private constructor(hidden: number, momentum: number, seed: number) {
    this.#momentum = momentum;
    const random = mulberry32(seed);
    const layer = (inputs: number, outputs: number) => [
      tf.variable(
        tf.tensor2d(
          Float32Array.from({ length: inputs * outputs }, () => normal(random) * Math.sqrt(2 / inputs)),
          [inputs, outputs],
        ),
      ),
      tf.variable(tf.zeros([outputs])),
    ];
    this.#weights = [...layer(PIXELS, hidden), ...layer(hidden, CLASSES)];
    this.#velocities = this.#weights.map((weight) => tf.variable(tf.zeros(weight.shape), false));
  }

  static async create(hidden: number, momentum: number, seed: number): Promise<Network> {
    await tf.setBackend('cpu');
    await tf.ready();
    return new Network(hidden, momentum, seed);
  }

  /** One step of gradient descent on the digits at these indices; the score is that before the step. */
  train(digits: DigitSet, indices: Uint32Array, learningRate: number): Score {
    return tf.tidy(() => {
      const { x, y } = batch(digits, indices);
      let accuracy = 0;
      const { value, grads } = tf.variableGrads(() => {
        const logits = this.#logits(x);
        accuracy = share(logits, y);
        return crossEntropy(logits, y);
      }, this.#weights);
      this.#weights.forEach((weight, i) => {
        const velocity = this.#velocities[i]!;
        velocity.assign(tf.add(tf.mul(velocity, this.#momentum), grads[weight.name]!));
        weight.assign(tf.sub(weight, tf.mul(velocity, learningRate)));
      });
      return { loss: value.dataSync()[0]!, accuracy };
    });
  }

  score(digits: DigitSet): Score {
    return tf.tidy(() => {
      const { x, y } = batch(
        digits,
        Uint32Array.from({ length: digits.count }, (_, i) => i),
      );
      const logits = this.#logits(x);
      return { loss: crossEntropy(logits, y).dataSync()[0]!, accuracy: share(logits, y) };
    });
  }

  predict(pixels: Float32Array): Prediction[] {
    return tf.tidy(() => {
      const odds = tf.softmax(this.#logits(tf.tensor2d(pixels, [pixels.length / PIXELS, PIXELS]))).dataSync();
      return Array.from({ length: odds.length / CLASSES }, (_, i) => {
        const row = odds.subarray(i * CLASSES, (i + 1) * CLASSES);
        const confidence = Math.max(...row);
        return { digit: row.indexOf(confidence), confidence };
      });
    });
  }

  /** Weights and velocities, one after the other: enough to go on as if there had been no break. */
  save(): Uint8Array {
    const parts = [...this.#weights, ...this.#velocities].map((each) => each.dataSync() as Float32Array);
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return new Uint8Array(all.buffer);
  }

  load(bytes: Uint8Array): void {
    const all = new Float32Array(bytes.slice().buffer);
    const variables = [...this.#weights, ...this.#velocities];
    const expected = variables.reduce((sum, each) => sum + each.size, 0);
    if (all.length !== expected) throw new Error(`The saved weights are ${all.length} numbers; this network has ${expected}.`);
    let at = 0;
    for (const variable of variables) {
      const values = all.slice(at, at + variable.size);
      at += variable.size;
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    }
  }

  dispose(): void {
    for (const variable of [...this.#weights, ...this.#velocities]) variable.dispose();
  }

  #logits(x: tf.Tensor2D): tf.Tensor2D {
    const [w1, b1, w2, b2] = this.#weights as [tf.Variable, tf.Variable, tf.Variable, tf.Variable];
    const hidden = tf.relu(tf.add(tf.matMul(x, w1 as tf.Tensor2D), b1)) as tf.Tensor2D;
    return tf.add(tf.matMul(hidden, w2 as tf.Tensor2D), b2);
  }
}

function batch(digits: DigitSet, indices: Uint32Array): { x: tf.Tensor2D; y: tf.Tensor1D } {
  const pixels = new Float32Array(indices.length * PIXELS);
  const labels = new Int32Array(indices.length);
  indices.forEach((index, i) => {
    pixels.set(digits.pixels.subarray(index * PIXELS, (index + 1) * PIXELS), i * PIXELS);
    labels[i] = digits.labels[index]!;
  });
  return { x: tf.tensor2d(pixels, [indices.length, PIXELS]), y: tf.tensor1d(labels, 'int32') };
}

function crossEntropy(logits: tf.Tensor2D, y: tf.Tensor1D): tf.Scalar {
  return tf.losses.softmaxCrossEntropy(tf.oneHot(y, CLASSES), logits);
}

function share(logits: tf.Tensor2D, y: tf.Tensor1D): number {
  return tf.mean(tf.cast(tf.equal(tf.argMax(logits, 1), y), 'float32')).dataSync()[0]!;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
