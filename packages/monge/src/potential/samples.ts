// A law on R^d from which training draws.
import type { Random } from "../linalg/random.ts";

/** Draws points of one shape. */
export interface Sampler {
  readonly shape: readonly number[];
  /** Writes `count` points, one after another. */
  draw(count: number, draw: Random, out: Float32Array): void;
}
