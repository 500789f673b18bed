// A map of critics: points go through x -> x - eta_k grad u_k(x) for k = 0, 1, ..; as an object, and as one file.
// The file holds all critics, how far each moves points, W1 as each saw it, and the options that they were trained with.
import { OtError } from "../errors/otError.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { type Critic, critic } from "./critic.ts";
import { moveAlong } from "./criticStep.ts";
import type { NetDescription } from "./net.ts";
import { requireDimension } from "./potential.ts";
import { corrupt, packRecord, type RecordArrays, unpackRecord } from "./record.ts";
import { explainMap, type W1MapDescription, type W1MapPoint } from "./w1MapDescription.ts";

/** A transport map in steps, one along each critic. */
export interface W1Map {
  readonly dimension: number;
  readonly critics: readonly Critic[];
  /** eta of each critic: by how much it moves points, times its gradient; for rays, the share of each ray. */
  readonly stepSizes: readonly number[];
  /** W1 from the moved source to the target as each critic estimated it, before its step. */
  readonly curve: readonly W1MapPoint[];
  readonly description: W1MapDescription;
  /**
   * Where points (n x d) go, n x d; with `critics`: after so many only. Computed in f32, step by step, as in training: applied to the
   * source's pool it gives the pushed pool. Throws `InvalidShape`, `InvalidValue`.
   */
  apply(points: MatrixLike, options?: { readonly critics?: number }): Matrix;
  /** What the map does and how well, in words. */
  explain(): string;
  /** One file, for {@link w1MapFromBytes}. */
  toBytes(): Uint8Array;
}

/** A map of critics from its parts. */
export function makeMap(
  critics: readonly Critic[],
  curve: readonly W1MapPoint[],
  description: W1MapDescription,
): W1Map {
  const dimension = description.net.input.reduce((product, extent) => product * extent, 1);
  const { step, farthest } = description;
  return {
    dimension,
    critics,
    stepSizes: curve.map(({ eta }) => eta),
    curve,
    description,
    apply(points, { critics: count = critics.length } = {}) {
      const given = toMatrix(points, "points");
      if (given.rows > 0) requireDimension(given, dimension);
      if (!(Number.isInteger(count) && count >= 0 && count <= critics.length)) {
        throw new OtError("InvalidValue", `critics is ${count}.`, {
          argument: "options.critics",
          seen: count,
          cure: `Use a whole number from 0 to ${critics.length}, the critics of this map.`,
        });
      }
      let at: Matrix<Float32Array> = { ...given, data: Float32Array.from(given.data) };
      for (let k = 0; k < count; k++) at = moveAlong(critics[k], at, { ...curve[k], step, farthest });
      return { ...given, data: Float64Array.from(at.data) };
    },
    explain: () => explainMap(dimension, critics[0]?.weights.length ?? 0, curve, description),
    toBytes: () => packRecord("w1Map", { curve, description }, weightArrays(critics)),
  };
}

/** The weights of critics, as arrays of a record. */
export function weightArrays(critics: readonly Critic[]): RecordArrays {
  return Object.fromEntries(critics.map(({ weights }, k) => [`critic${k}`, weights]));
}

/** The critics of a record. */
export function criticsOf(arrays: RecordArrays, net: NetDescription, count: number): Critic[] {
  return Array.from({ length: count }, (_, k) =>
    critic(net, { weights: arrays[`critic${k}`] as Float32Array, provenance: { by: "w1Map", critic: k } }),
  );
}

/** Reads the file of a map. Throws `CorruptFile`, saying what is wrong with it. */
export function w1MapFromBytes(bytes: Uint8Array): W1Map {
  const { header, arrays } = unpackRecord("w1Map", bytes);
  const { curve, description } = header as unknown as { curve: W1MapPoint[]; description: W1MapDescription };
  try {
    return makeMap(criticsOf(arrays, description.net, curve.length), curve, description);
  } catch (cause) {
    throw corrupt("w1Map", `describes no map: ${(cause as Error).message.replace(/\.$/, "")}`, cause);
  }
}
