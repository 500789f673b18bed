// A critic: a net with weights, a potential u that is evaluated with its gradient, and one file that holds it.
import { isOtError, OtError } from "../errors/otError.ts";
import { potential } from "../kernels/potential.ts";
import { withWorkspace } from "../kernels/workspace.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import { bindNet, evaluateNet, requireMemory } from "./boundNet.ts";
import type { NetDescription } from "./net.ts";
import { corrupt, packRecord, unpackRecord } from "./record.ts";
import { innerOrder, readNet, type Stages, volume } from "./stages.ts";

/** Where a critic comes from: anything JSON can hold. */
export type Provenance = Readonly<Record<string, unknown>>;

/** A potential u on points of `dimension` numbers (pictures channel by channel, row by row), as a net. */
export interface Critic {
  readonly dimension: number;
  readonly net: NetDescription;
  /**
   * Layer by layer, the matrix, then the bias, in PyTorch's order: dense units x inputs, convolution channels x input channels x
   * size x size; a dense layer behind a picture reads it channel by channel.
   */
  readonly weights: Float32Array;
  readonly provenance: Provenance;
  /** u and its gradient at each row of `points` (n x dimension), computed in f32. Throws `InvalidShape`, `InvalidValue` (points that are not finite), `OutOfMemory`. */
  evaluate(points: MatrixLike): { values: Float64Array; gradients: Matrix };
  /** The whole critic as one file, for {@link criticFromBytes}. */
  toBytes(): Uint8Array;
}

/** Either the seed of new weights (default 0), or the weights themselves (copied). */
export interface CriticOptions {
  readonly seed?: number;
  readonly weights?: ArrayLike<number>;
  readonly provenance?: Provenance;
}

const fileKind = "critic";

/**
 * Makes a critic. New weights are uniform: He's bound sqrt(6 / ((1 + slope^2) fan-in)) in front of a LeakyReLU (He et al. 2015), LeCun's
 * sqrt(3 / fan-in) elsewhere, so that signals keep their size; biases up to 1 / sqrt(fan-in), so that the kinks do not all meet in one point.
 *
 * Throws `InvalidShape` and `InvalidValue`, naming the layer that does not fit; `OutOfMemory` with the bytes.
 */
export function critic(net: NetDescription, { seed = 0, weights, provenance = {} }: CriticOptions = {}): Critic {
  const read = readNet(net);
  requireMemory(read, 1);
  return make(net, read, weights === undefined ? drawWeights(read, seed) : readWeights(weights, read), provenance);
}

/** Reads the file of a critic. Throws `CorruptFile`, saying what is wrong with it. */
export function criticFromBytes(bytes: Uint8Array): Critic {
  const { header, arrays } = unpackRecord(fileKind, bytes);
  const { weights } = arrays;
  try {
    const net = header["net"] as NetDescription;
    const read = readNet(net);
    requireMemory(read, 1);
    if (!(weights instanceof Float32Array)) throw corrupt(fileKind, "holds no weights");
    return make(net, read, readWeights(weights, read), header["provenance"] as Provenance);
  } catch (cause) {
    if (isOtError(cause, "CorruptFile")) throw cause;
    throw corrupt(fileKind, `describes no net: ${(cause as Error).message.replace(/\.$/, "")}`, cause);
  }
}

function make(net: NetDescription, read: Stages, weights: Float32Array, provenance: Provenance): Critic {
  const { dimension, parameters } = read;
  return {
    dimension,
    net,
    weights,
    provenance,
    evaluate(points) {
      const { data, rows, cols } = toMatrix(points, "points");
      if (rows > 0 && cols !== dimension) {
        throw new OtError("InvalidShape", `points have ${cols} coordinates and the critic reads ${dimension}.`, {
          argument: "points",
          seen: cols,
          cure: "Pass an n x dimension matrix.",
        });
      }
      const bad = data.findIndex((value: number) => !Number.isFinite(value));
      if (bad >= 0) {
        throw new OtError("InvalidValue", `Point ${Math.floor(bad / cols)} has a coordinate ${data[bad]}.`, {
          argument: "points",
          seen: data[bad],
          cure: "Pass finite numbers.",
        });
      }
      return withWorkspace(potential, (workspace) => {
        const bound = bindNet(workspace, read, Math.max(1, Math.min(rows, 64)));
        const order = innerOrder(read);
        const view = workspace.f32(bound.weights, parameters);
        for (let k = 0; k < parameters; k++) view[k] = weights[order === null ? k : order[k]];
        const { values, gradients } = evaluateNet(workspace, bound, data, rows);
        return { values, gradients: { data: gradients, rows, cols: dimension } };
      });
    },
    toBytes: () => packRecord(fileKind, { net, provenance }, { weights }),
  };
}

function drawWeights({ stages, parameters }: Stages, seed: number): Float32Array {
  const { uniform } = random(seed);
  const weights = new Float32Array(parameters);
  for (const { kind, at, weights: length, biases, from, size, slope } of stages) {
    const fan = kind === "convolution" ? from.channels * size * size : volume(from);
    const bound = Math.sqrt(slope === null ? 3 / fan : 6 / ((1 + slope * slope) * fan));
    for (let k = 0; k < length; k++) weights[at + k] = bound * (2 * uniform() - 1);
    for (let k = 0; k < biases; k++) weights[at + length + k] = (2 * uniform() - 1) / Math.sqrt(fan);
  }
  return weights;
}

function readWeights(given: ArrayLike<number>, { parameters }: Stages): Float32Array {
  const weights = Float32Array.from(given);
  const bad = weights.findIndex((value) => !Number.isFinite(value));
  if (weights.length === parameters && bad < 0) return weights;
  const [code, seen] =
    bad < 0 ? (["InvalidShape", weights.length] as const) : (["InvalidValue", weights[bad]] as const);
  const what = bad < 0 ? `The net has ${parameters} weights, got ${seen}.` : `Weight ${bad} is ${seen}.`;
  throw new OtError(code, what, { argument: "options.weights", seen, cure: "Pass one finite number a weight." });
}
