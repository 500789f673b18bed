// How a run went: what every result carries besides the answer.
import type { Status } from "./options.ts";

/** Something a user should know about an answer that is nevertheless right. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** How a run went. */
export interface Report {
  readonly status: Status;
  /** The engine that ran. */
  readonly method: string;
  /** Why that engine was chosen, in one clause. */
  readonly why: string;
  /**
   * What computed: `"wasm-simd"`, `"wasm-relaxed-simd"` (the build of `monge/kernels/relaxed`; its bits depend on the machine, too) or
   * `"js"`; `"webgpu + .."` where a device found what the rest refined. Same input, options, seed and backend: same bits.
   */
  readonly backend: string;
  /** Iterations in the engine's own unit: pivots, augmentations, relabels. */
  readonly iterations: number;
  /** L1 error of the plan's marginals, relative to the mass. */
  readonly error: number;
  /** The error that was asked for. */
  readonly tolerance: number;
  /** The factor by which b was scaled to weigh what a weighs; 1 for none. */
  readonly massAdjustment: number;
  readonly elapsedMs: number;
  readonly warnings: readonly Warning[];
}
