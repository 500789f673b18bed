// The critics whose step is timed, and what is required of it against each peer.
import { random } from "monge";
import { convolutional, critic, mlp, type NetDescription } from "monge/potential";

export interface SpeedCase {
  readonly name: string;
  readonly title: string;
  readonly net: NetDescription;
  readonly batch: number;
  /** Peer's CPU seconds over ours, at least. */
  readonly require: Readonly<Record<string, number>>;
}

export const speedCases: readonly SpeedCase[] = [
  {
    name: "perceptron",
    title: "perceptron 784-256-256-1, batch 64",
    net: mlp(784, [256, 256]),
    batch: 64,
    require: { "jax-js": 6, "jax-js with jit": 6, "tfjs-wasm": 10 },
  },
  {
    name: "convolution",
    title: "convolutions 28 x 28 x 1 -> 14 x 14 x 32 -> 7 x 7 x 64 -> 1, windows of 3, batch 64",
    net: convolutional([1, 28, 28], [32, 64]),
    batch: 64,
    require: {},
  },
];

/** A batch and weights, by seed. */
export interface SpeedProblem {
  readonly dimension: number;
  readonly penalty: number;
  readonly learningRate: number;
  readonly betas: readonly [number, number];
  readonly weights: Float32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly t: Float32Array;
}

/** Weights so large that every row pays the penalty, which is the most work for ours; others do it whatever the rows. */
export function speedProblem({ net, batch }: SpeedCase): SpeedProblem {
  const rng = random(20);
  const dimension = net.input.reduce((product, side) => product * side, 1);
  const draw = (shift: number): Float32Array =>
    Float32Array.from({ length: batch * dimension }, () => Math.tanh(rng.normal() + shift));
  return {
    dimension,
    penalty: 10,
    learningRate: 1e-4,
    betas: [0.5, 0.9],
    weights: critic(net, { seed: 20 }).weights.map((weight) => 4 * weight),
    x: draw(0.2),
    y: draw(-0.2),
    t: Float32Array.from({ length: batch }, () => rng.uniform()),
  };
}
