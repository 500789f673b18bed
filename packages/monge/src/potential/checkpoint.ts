// Where a training stands, as bytes: weights, Adam's moments, steps, curve. From it the same bits follow as without a stop.
// Random numbers need no place here: each step draws from a stream of its own (linalg/random.ts).
import { OtError } from "../errors/otError.ts";
import { random } from "../linalg/random.ts";
import type { EngineState } from "./engine.ts";
import { packRecord, type RecordArrays, unpackRecord } from "./record.ts";
import type { SampleSource } from "./samples.ts";
import { drawn, streams } from "./w1Estimate.ts";

/** How a long training is made safe against its end. */
export interface CheckpointOptions {
  /** Steps between two checkpoints, >= 1; default 1000. One more is made where the run ends, also by a limit. */
  readonly every?: number;
  /**
   * Receives the state, to be kept where it replaces the one before as a whole (a file: `writeFileAtomic` of `@monge/io`). The async form
   * waits for a promise.
   */
  save(state: Uint8Array): void | Promise<void>;
}

/** Everything that changes in a training. */
export interface TrainState extends EngineState {
  /** What training.ts keeps of each window of steps. */
  readonly curve: Float64Array;
  /** The sums of the window that has begun. */
  readonly window: Float64Array;
}

/** What must agree for a checkpoint to be continued. */
export type Fingerprint = Readonly<Record<string, unknown>>;

/** The state as arrays, to be saved alone or within the file of a map. */
export function stateArrays({ weights, m, v, curve, window }: TrainState): RecordArrays {
  return { weights, m, v, curve, window };
}

/** The inverse of {@link stateArrays}. */
export function stateOf(arrays: RecordArrays, stepCount: number): TrainState {
  const { weights, m, v, curve, window } = arrays as unknown as Omit<TrainState, "stepCount">;
  return { weights, m, v, curve, window, stepCount };
}

/** A checkpoint of `trainCritic`. */
export function packCheckpoint(state: TrainState, fingerprint: Fingerprint): Uint8Array {
  return packRecord("checkpoint", { stepCount: state.stepCount, fingerprint }, stateArrays(state));
}

/** Reads it. Throws `CorruptFile`, and `InvalidValue` if it belongs to another training. */
export function unpackCheckpoint(bytes: Uint8Array, fingerprint: Fingerprint): TrainState {
  const { header, arrays } = unpackRecord("checkpoint", bytes);
  requireSame(header["fingerprint"] as Fingerprint, fingerprint);
  return stateOf(arrays, header["stepCount"] as number);
}

/** Throws `InvalidValue`, naming the first thing that differs. */
export function requireSame(saved: Fingerprint, present: Fingerprint): void {
  for (const [name, value] of Object.entries(present)) {
    const [was, is] = [JSON.stringify(saved[name]), JSON.stringify(value)];
    if (was === is) continue;
    throw new OtError("InvalidValue", `The checkpoint was made with ${name} ${was}, not ${is}.`, {
      argument: "options.resume",
      seen: saved[name],
      cure: "Resume with the samples and options of the interrupted run, or start anew without options.resume.",
    });
  }
}

/** Tells a side from others: shape, number of rows and a hash (FNV-1a) of them; of a sampler, of the first 16 points that it draws. */
export function fingerprintOf(side: SampleSource, seed: number): string {
  const data = side.points === null ? drawn(side, 16, random(seed, streams.evaluation)) : side.points.data;
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  let hash = 0x811c9dc5;
  for (let k = 0; k < bits.length; k++) hash = Math.imul(hash ^ bits[k], 0x01000193);
  return `${side.points?.rows ?? "sampler"} x ${side.shape.join(" x ")}, ${(hash >>> 0).toString(16)}`;
}
