// The loop of training: Adam on the critic loss of engine.ts, step k with batches from stream k of the seed, the rate falling linearly to 0.
// What changes is a TrainState, so that whoever has one continues as if nothing had happened.
import { isOtError } from "../errors/otError.ts";
import { potential } from "../kernels/potential.ts";
import { giveBack, lease } from "../kernels/workspace.ts";
import { random } from "../linalg/random.ts";
import type { Progress, Status } from "../run/options.ts";
import type { Waiting } from "../run/progress.ts";
import type { TrainState } from "./checkpoint.ts";
import { freshState, openEngine, type StepReport, type TrainingEngine } from "./engine.ts";
import type { NetDescription } from "./net.ts";
import type { SampleSource } from "./samples.ts";
import { streams } from "./w1Estimate.ts";

/** A training, checked and complete. */
export interface Training {
  readonly source: SampleSource;
  readonly target: SampleSource;
  readonly net: NetDescription;
  readonly steps: number;
  readonly batch: number;
  readonly penalty: number;
  readonly learningRate: number;
  readonly betas: readonly [number, number];
  readonly decay: number;
  readonly seed: number;
}

/** What the loop asks of those around it. */
export interface TrainingHost {
  elapsedMs(): number;
  interrupted(): Status | null;
  /** Steps after which to stop. */
  readonly maxIterations: number;
  /** How to read the present state. */
  offer(state: () => TrainState): void;
  /** Steps between two calls of `save`. */
  readonly every: number;
  /** Called at each multiple of `every`, and where the loop ends. */
  save?(state: TrainState): void | Promise<void>;
}

/** A sign of life of a training. */
export interface TrainProgress extends Progress {
  /** Steps that were asked for; `iteration` counts those that are done. */
  readonly steps: number;
  /** mean u(x) - mean u(y), over the window of steps that ends now. */
  readonly dual: number;
  /** The same less lambda mean (|grad u| - 1)_+^2. */
  readonly penalised: number;
  /** |grad u| between the sides: mean and largest. */
  readonly slope: { readonly mean: number; readonly max: number };
  readonly learningRate: number;
  /** At the present pace; Infinity before the first step. */
  readonly remainingMs: number;
}

/** Training over a window of steps. */
export interface CurvePoint {
  /** Steps done at the end of the window. */
  readonly step: number;
  /** Means over the window, as in {@link TrainProgress}; `w1`: D - 2 lambda P. */
  readonly dual: number;
  readonly penalised: number;
  readonly w1: number;
  readonly slope: { readonly mean: number; readonly max: number };
}

const windows = 200;
/** step, dual, penalty, mean slope, largest slope. */
const columns = 5;

/** The state before the first step. */
export function firstState(weights: Float32Array): TrainState {
  return { ...freshState(weights), curve: new Float64Array(0), window: new Float64Array(columns) };
}

/** The curve of a state. */
export function curveOf({ curve }: TrainState, lambda: number): CurvePoint[] {
  return Array.from({ length: curve.length / columns }, (_, k) => {
    const [step, dual, penalty, mean, max] = curve.subarray(k * columns, (k + 1) * columns);
    return { step, dual, penalised: dual - lambda * penalty, w1: dual - 2 * lambda * penalty, slope: { mean, max } };
  });
}

/** Takes the steps that are left. Throws `OutOfMemory`, and `InvalidValue` if the weights leave the range of numbers. */
export function* train(
  training: Training,
  start: TrainState,
  host: TrainingHost,
): Generator<TrainProgress | Waiting, { state: TrainState; status: Status }, void> {
  const workspace = lease(potential);
  let intact = true;
  try {
    return yield* loop(training, start, host, openEngine(workspace, training.net, start, training));
  } catch (error) {
    intact = isOtError(error);
    throw error;
  } finally {
    if (intact) giveBack(workspace);
  }
}

function* loop(
  training: Training,
  start: TrainState,
  host: TrainingHost,
  engine: TrainingEngine,
): Generator<TrainProgress | Waiting, { state: TrainState; status: Status }, void> {
  const { source, target, steps, batch, penalty: lambda, seed } = training;
  const [x, y] = [0, 0].map(() => new Float32Array(batch * source.dimension));
  const t = new Float32Array(batch);
  const interval = Math.ceil(steps / windows);
  const chunk = Math.max(1, Math.min(50, Math.floor(3e6 / (batch * start.weights.length))));
  let curve = start.curve;
  const window = start.window.slice();
  const state = (): TrainState => ({ ...engine.state, curve, window: window.slice() });
  host.offer(state);
  const began = host.elapsedMs();
  let k = start.stepCount;
  let saved = k;
  let previous = Number.NaN;
  while (k < steps) {
    const status = host.interrupted();
    if (status !== null) {
      yield* save();
      return { state: state(), status };
    }
    let report: StepReport | null = null;
    for (const end = Math.min(steps, host.maxIterations, k - (k % chunk) + chunk); k < end; ) {
      const draw = random(seed, streams.training + k);
      source.draw(batch, draw, x);
      target.draw(batch, draw, y);
      for (let i = 0; i < batch; i++) t[i] = draw.uniform();
      engine.setLearningRate(rateAt(training, k));
      report = engine.step(x, y, t, batch);
      k++;
      record(report);
      if (k % host.every === 0) yield* save();
    }
    if (report !== null) yield progress(report);
  }
  yield* save();
  return { state: state(), status: "maxIterations" };

  function record({ value, penalty, gradientNorm }: StepReport): void {
    window[0]++;
    window[1] += value;
    window[2] += penalty;
    window[3] += gradientNorm.mean;
    window[4] = Math.max(window[4], gradientNorm.max);
    if (k % interval !== 0 && k < steps) return;
    const longer = new Float64Array(curve.length + columns);
    longer.set(curve);
    longer.set([k, window[1] / window[0], window[2] / window[0], window[3] / window[0], window[4]], curve.length);
    previous = penalisedAt(curve);
    curve = longer;
    window.fill(0);
  }

  function penalisedAt(rows: Float64Array): number {
    const at = rows.length - columns;
    return at < 0 ? Number.NaN : rows[at + 1] - lambda * rows[at + 2];
  }

  function progress(report: StepReport): TrainProgress {
    const count = window[0];
    const last = curve.length - columns;
    const of = (column: number, now: number): number => {
      if (last >= 0) return curve[last + column];
      return count > 0 ? window[column] / count : now;
    };
    const dual = of(1, report.value);
    const penalised = dual - lambda * of(2, report.penalty);
    const change = Math.abs(penalised - previous) / Math.abs(penalised);
    const elapsedMs = host.elapsedMs();
    const done = k - start.stepCount;
    return {
      phase: "train",
      iteration: k,
      steps,
      error: Number.isFinite(change) ? change : Infinity,
      dual,
      penalised,
      slope: { mean: of(3, report.gradientNorm.mean), max: last >= 0 ? curve[last + 4] : window[4] },
      learningRate: rateAt(training, Math.min(k, steps - 1)),
      elapsedMs,
      remainingMs: done > 0 ? ((elapsedMs - began) / done) * (steps - k) : Infinity,
    };
  }

  function* save(): Generator<Waiting, void, void> {
    if (host.save === undefined || saved === k) return;
    saved = k;
    const waiting = host.save(state());
    if (waiting !== undefined) yield* waitFor(waiting, k, host.elapsedMs());
  }
}

/** Lets an asynchronous driver wait for `promise`; throws what it rejects with. */
function* waitFor(promise: Promise<void>, iteration: number, elapsedMs: number): Generator<Waiting, void, void> {
  let failure: { readonly reason: unknown } | null = null;
  const until = promise.catch((reason: unknown) => {
    failure = { reason };
  });
  yield { phase: "save", iteration, error: Infinity, elapsedMs, until };
  if (failure !== null) throw (failure as { readonly reason: unknown }).reason;
}

/** The rate of step k: constant, then linear to 0 over the last `decay` of the steps. */
function rateAt({ learningRate, decay, steps }: Training, k: number): number {
  return learningRate * Math.min(1, (steps - k) / Math.max(1, decay * steps));
}
