// What a run of the speed benchmark measured.
import type { Spread } from "../bench.ts";

/** One contender on one case. */
export interface SpeedRow {
  readonly case: string;
  readonly name: string;
  readonly version: string;
  /** What of a step it does, where it is not all of it. */
  readonly part?: string;
  /** CPU seconds a step; null where it could not do it, and `why`. */
  readonly cpu: Spread | null;
  readonly why?: string;
  /** Median over the rounds of its seconds over ours (the plain build) in the same round. */
  readonly ratio: number | null;
  /** Its loss, and its weight gradient's largest deviation from ours relative to the largest entry. */
  readonly loss: number | null;
  readonly deviation: number | null;
  readonly required: number | null;
  readonly met: boolean;
}

export interface SpeedFile {
  readonly schema: 1;
  readonly family: "potential-speed";
  readonly machine: { cpu: string; node: string };
  readonly date: string;
  readonly load: number;
  readonly rounds: number;
  /** Multiplications and additions a second: of a loop in registers, and of products at the perceptron's sizes. */
  readonly flops: Readonly<Record<string, { peak: number; product: Readonly<Record<string, number>> }>>;
  readonly rows: readonly SpeedRow[];
}
