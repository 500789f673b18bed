// The cases of the benchmark of potentials: MinFunnel pairs with the WGAN-LP row of "Kantorovich Strikes Back" as what must be reached, and a pair of pictures.
import { mlp, type NetDescription } from "monge/potential";

/** One row: a pair, how it is learned, and what has to come out. */
export interface PotentialCase {
  readonly name: string;
  readonly title: string;
  readonly dimension: number;
  readonly funnels: number;
  readonly power: number;
  /** Q are handwritten digits in place of the uniform law. */
  readonly digits?: boolean;
  readonly net: NetDescription;
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Share of the steps over which the learning rate falls. */
  readonly decay: number;
  readonly penalty: number;
  /** Largest mean relative error of W1, and least mean cosine of the gradient; or a range of the ratio. */
  readonly require: { readonly error?: number; readonly cosine?: number; readonly ratio?: readonly [number, number] };
}

const funnel = (
  dimension: number,
  funnels: number,
  error: number,
  cosine: number,
  training: Pick<PotentialCase, "net" | "steps" | "batch" | "learningRate" | "decay" | "penalty">,
): PotentialCase => ({
  name: `funnels-${dimension}-${funnels}`,
  title: `${funnels} funnels in ${dimension} dimensions`,
  dimension,
  funnels,
  power: 8,
  require: { error, cosine },
  ...training,
});

/** All of them. */
export const potentialCases: readonly PotentialCase[] = [
  funnel(2, 4, 0.083, 0.818, {
    net: mlp(2, [128, 128]),
    steps: 2000,
    batch: 256,
    learningRate: 2e-3,
    decay: 0.8,
    penalty: 10,
  }),
  funnel(16, 64, 0.04, 0.921, {
    net: mlp(16, [256, 256, 256], { slope: 0 }),
    steps: 28000,
    batch: 256,
    learningRate: 1e-3,
    decay: 0.9,
    penalty: 15,
  }),
  funnel(128, 16, 0.187, 0.754, {
    net: mlp(128, [1024, 64], { slope: 0 }),
    steps: 1800,
    batch: 512,
    learningRate: 3e-3,
    decay: 0.9,
    penalty: 4,
  }),
  funnel(128, 256, 0.386, 0.563, {
    net: mlp(128, [1024, 64], { slope: 0 }),
    steps: 600,
    batch: 512,
    learningRate: 3e-3,
    decay: 0.9,
    penalty: 4,
  }),
  {
    name: "digits-784",
    title: "noise to handwritten digits, 1 x 28 x 28",
    dimension: 784,
    funnels: 1,
    power: 10,
    digits: true,
    net: mlp(784, [256], { slope: 0 }),
    steps: 300,
    batch: 128,
    learningRate: 2e-3,
    decay: 0.8,
    penalty: 300,
    require: { ratio: [0.85, 1.2] },
  },
];
