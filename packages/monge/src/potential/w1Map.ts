// W1 maps: critics one after the other, each trained between the points as they lie and the target, each then moving the points along it.
// Milne, Bilocq, Nachman (arXiv 2211.00820), steps by the mean displacement; Trust the Critics (arXiv 2111.15099): a share theta of it.
import { optionOutOfRange } from "../errors/otError.ts";
import { backend } from "../kernels/module.ts";
import { potential } from "../kernels/potential.ts";
import { random } from "../linalg/random.ts";
import type { Progress, Status } from "../run/options.ts";
import { isWaiting } from "../run/progress.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { fingerprintOf, requireSame, stateArrays, stateOf, type TrainState } from "./checkpoint.ts";
import { type Critic, critic } from "./critic.ts";
import { type CriticMove, meanMove, moveAlong } from "./criticStep.ts";
import { packRecord, unpackRecord } from "./record.ts";
import { readPair, readSamples, type SampleSource, type Samples } from "./samples.ts";
import { warningsOf } from "./train.ts";
import { firstState, type Training, train } from "./training.ts";
import { drawn, estimateW1, streams } from "./w1Estimate.ts";
import { certifyMap, type W1MapCertificate, type W1MapCertifyOptions } from "./w1MapCertificate.ts";
import type { W1MapPoint } from "./w1MapDescription.ts";
import { criticsOf, makeMap, type W1Map, weightArrays } from "./w1MapFile.ts";
import { readMapOptions, type W1MapOptions, type W1MapPlan, type W1MapProgress } from "./w1MapOptions.ts";

/** A map, as it was trained. */
export interface W1MapResult extends W1Map {
  /**
   * `"converged"`: by `stopBelow`; `"stalled"`: by `patience`; `"maxIterations"`: all critics trained. `error`: the last W1 over the first.
   * `iterations` counts the steps of all critics, of those that `validate` left out too.
   */
  readonly report: Report;
  /** W1 before and after by exact transport between samples, and what it would be between two samples of the target. */
  certify(options?: W1MapCertifyOptions): W1MapCertificate;
}

/**
 * Trains a transport map from `source` to `target`: critics one after the other, warm-started, each moving all points along its gradient.
 *
 * A run that is stopped keeps the critics that are finished; `checkpoint` and `resume` go on in the middle of one, to the same bits.
 *
 * @param source points (n x d) or a sampler
 * @param target points (m x d) or a sampler
 *
 * Throws `InvalidShape`, `InvalidValue`, `CorruptFile` (`resume`), `OutOfMemory`, `KernelUnavailable`.
 */
export interface TrainW1Map {
  (source: Samples, target: Samples, options?: W1MapOptions): W1MapResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    source: Samples,
    target: Samples,
    options?: W1MapOptions & { readonly signal?: AbortSignal },
  ): Promise<W1MapResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the critics that are finished. */
  steps(source: Samples, target: Samples, options?: W1MapOptions): Run<W1MapResult>;
}

/** A transport map by critics; see {@link TrainW1Map}. */
export const w1Map: TrainW1Map = /*#__PURE__*/ defineSolver<[Samples, Samples], W1MapOptions, W1MapResult>(
  2,
  (control, given, options) => {
    const [source, target] = readPair(...given);
    const plan = readMapOptions(source, target, options);
    const { checkpoint, resume } = options;
    if (checkpoint !== undefined && typeof checkpoint.save !== "function")
      throw optionOutOfRange("checkpoint.save", checkpoint.save, "Pass a function that keeps the bytes.");
    const { source: _, target: __, validate: ___, ...rest } = plan;
    const fingerprint = {
      source: fingerprintOf(source, plan.seed),
      target: fingerprintOf(target, plan.seed),
      ...(JSON.parse(JSON.stringify(rest)) as typeof rest),
    };
    const start =
      resume === undefined
        ? { curve: [], critics: [], scores: [], state: null }
        : unpackMapState(resume, plan, fingerprint);
    return run(control, plan, start, {
      every: checkpoint?.every ?? 1000,
      save: checkpoint && ((state) => checkpoint.save(packMapState(state, fingerprint))),
    });
  },
) as TrainW1Map;

/** Where the training of a map stands: the critics that are done, and the one that is not. */
interface W1MapState {
  readonly critics: readonly Critic[];
  readonly curve: readonly W1MapPoint[];
  readonly scores: readonly number[];
  readonly state: TrainState | null;
}

const kind = "w1MapCheckpoint";

function packMapState({ critics, curve, scores, state }: W1MapState, fingerprint: object): Uint8Array {
  const arrays = { ...weightArrays(critics), ...(state === null ? {} : stateArrays(state)) };
  return packRecord(kind, { curve, scores, fingerprint, stepCount: state?.stepCount ?? null }, arrays);
}

function unpackMapState(bytes: Uint8Array, { net }: W1MapPlan, fingerprint: Record<string, unknown>): W1MapState {
  const { header, arrays } = unpackRecord(kind, bytes);
  requireSame(header["fingerprint"] as Record<string, unknown>, fingerprint);
  const curve = header["curve"] as W1MapPoint[];
  const stepCount = header["stepCount"] as number | null;
  return {
    curve,
    scores: header["scores"] as number[],
    critics: criticsOf(arrays, net, curve.length),
    state: stepCount === null ? null : stateOf(arrays, stepCount),
  };
}

function* run(
  control: RunControl<W1MapResult>,
  plan: W1MapPlan,
  start: W1MapState,
  saving: { readonly every: number; readonly save?: (state: W1MapState) => void | Promise<void> },
): Generator<Progress, W1MapResult, void> {
  const { source, target, theta, step, penalty, seed, evaluationPoints: count } = plan;
  const farthest = reach(source, target, seed);
  const critics = [...start.critics];
  const curve = [...start.curve];
  const scores = [...start.scores];
  const planned = plan.firstSteps + (plan.critics - 1) * plan.steps;
  let here = moving(plan, farthest, critics, curve);
  let open = start.state;
  control.offer(() => finish("stopped"));
  for (;;) {
    if (plan.validate !== null && scores.length === curve.length)
      scores.push(plan.validate(mapOf("stopped", curve.length)));
    const rule = ended(plan, curve, scores);
    if (rule !== null) return finish(rule);
    const k = critics.length;
    const before = k === 0 ? 0 : plan.firstSteps + (k - 1) * plan.steps;
    const training: Training = {
      ...plan,
      source: here,
      steps: k === 0 ? plan.firstSteps : plan.steps,
      seed: random(seed, streams.pool + 1 + k).uniform(),
    };
    const weights = k === 0 ? critic(plan.net, { seed }).weights : critics[k - 1].weights;
    const inner = train(training, open ?? firstState(weights), {
      every: saving.every,
      save: saving.save && ((state) => saving.save?.({ critics, curve, scores, state })),
      elapsedMs: control.elapsedMs,
      interrupted: control.interrupted,
      maxIterations: control.maxIterations - before,
      offer: () => {},
    });
    open = null;
    let reached = inner.next();
    for (; !reached.done; reached = inner.next()) {
      const progress = reached.value;
      if (isWaiting(progress)) yield progress;
      else yield overall(progress as W1MapProgress, before, k);
    }
    const { state, status } = reached.value;
    if (state.stepCount < training.steps) return finish(status);
    const u = critic(plan.net, { weights: state.weights, provenance: { by: "w1Map", critic: k } });
    const w1 = estimateW1(u, here, target, { penalty, count, seed: training.seed, stream: streams.evaluation });
    const eta = step === "ray" ? theta : theta * Math.max(0, w1.estimate);
    const seen = someOf(here, count, training.seed);
    const lowest = quantile(u.evaluate(someOf(target, count, training.seed)).values, 0.02);
    const move = { eta, lowest, step, farthest };
    curve.push({ critic: k, ...w1, eta, lowest, moved: meanMove(seen, moveAlong(u, seen, move)) });
    critics.push(u);
    here = moved(plan, here, u, move);
  }

  function overall(progress: W1MapProgress, before: number, k: number): W1MapProgress {
    const iteration = before + progress.iteration;
    const remainingMs =
      (progress.remainingMs * (planned - iteration)) / Math.max(1, progress.steps - progress.iteration);
    const left = progress.steps > progress.iteration ? remainingMs : 0;
    return {
      ...progress,
      phase: "train",
      iteration,
      steps: planned,
      remainingMs: left,
      critic: k,
      critics: plan.critics,
      curve,
    };
  }

  function mapOf(status: Status, length: number): W1Map {
    const { source: _, target: __, validate: ___, net, ...training } = plan;
    const end = endOf(status, curve.length, length);
    const description = { net, step, theta, farthest, scores: [...scores], end, training };
    return makeMap(critics.slice(0, length), curve.slice(0, length), description);
  }

  function finish(status: Status): W1MapResult {
    const map = mapOf(status, scores.length === 0 ? curve.length : best(scores));
    const last = curve.at(-1);
    return {
      ...map,
      report: {
        status,
        method: "critics",
        why: `${map.critics.length} of at most ${plan.critics} critics, step ${step}, pool ${plan.pool}`,
        backend: backend(potential),
        iterations: curve.length === 0 ? 0 : plan.firstSteps + (curve.length - 1) * plan.steps,
        error: last === undefined ? Infinity : Math.abs(last.estimate / curve[0].estimate),
        tolerance: plan.stopBelow,
        massAdjustment: 1,
        elapsedMs: control.elapsedMs(),
        warnings: last === undefined ? [] : warningsOf(last),
      },
      certify: (options) => certifyMap(map, source, target, options),
    };
  }
}

/** The source as it lies behind the given critics. */
function moving(
  plan: W1MapPlan,
  farthest: number,
  critics: readonly Critic[],
  curve: readonly W1MapPoint[],
): SampleSource {
  const { source, pool, poolPoints, seed, step } = plan;
  const fixed = pool === "push" && source.points === null;
  const pooled = fixed ? someOf(source, poolPoints, seed) : null;
  let here = pooled === null ? source : { ...readSamples(pooled, "source"), shape: source.shape };
  critics.forEach((u, k) => {
    here = moved(plan, here, u, { ...curve[k], step, farthest });
  });
  return here;
}

/** A side behind one more critic: its rows moved now, or what is drawn from it moved then. */
function moved({ pool }: W1MapPlan, here: SampleSource, u: Critic, move: CriticMove): SampleSource {
  const { dimension: cols, shape, points } = here;
  if (pool === "push" && points !== null)
    return { ...readSamples(moveAlong(u, { ...points, cols }, move), "source"), shape };
  return {
    ...here,
    points: null,
    draw(count, draw, out) {
      here.draw(count, draw, out);
      const data = out.subarray(0, count * cols);
      data.set(moveAlong(u, { data, rows: count, cols }, move).data);
    },
  };
}

/** Rows of a side, or as many draws. */
function someOf(side: SampleSource, count: number, seed: number): { data: Float32Array; rows: number; cols: number } {
  const { points, dimension: cols } = side;
  if (points !== null && points.rows <= count) return { ...points, cols };
  return { data: drawn(side, count, random(seed, streams.pool)), rows: count, cols };
}

/** Twice the largest distance among 256 pairs of source and target. */
function reach(source: SampleSource, target: SampleSource, seed: number): number {
  const draw = random(seed, streams.evaluation - 2);
  const [x, y] = [drawn(source, 256, draw), drawn(target, 256, draw)];
  const d = source.dimension;
  let most = 0;
  for (let i = 0; i < x.length; i += d) {
    let squares = 0;
    for (let k = i; k < i + d; k++) squares += (x[k] - y[k]) ** 2;
    most = Math.max(most, squares);
  }
  return most > 0 ? 2 * Math.sqrt(most) : 1;
}

/** The value below which a share of the values lies. */
function quantile(values: Float64Array, share: number): number {
  return values.slice().sort()[Math.floor(share * (values.length - 1))];
}

function ended(
  { critics, stopBelow, patience }: W1MapPlan,
  curve: readonly W1MapPoint[],
  scores: readonly number[],
): Status | null {
  const last = curve.at(-1);
  if (last === undefined) return null;
  if (stopBelow > 0 && last.estimate < stopBelow * curve[0].estimate) return "converged";
  const since =
    scores.length === 0 ? curve.length - 1 - best(curve.map(({ estimate }) => -estimate)) : curve.length - best(scores);
  if (since >= patience) return "stalled";
  return curve.length >= critics ? "maxIterations" : null;
}

/** Where the largest value is, the first of equals. */
function best(values: readonly number[]): number {
  return values.reduce((most, value, k) => (value > values[most] ? k : most), 0);
}

function endOf(status: Status, trained: number, length: number): string {
  if (length < trained)
    return `It ends here because validation scored best after ${length} of the ${trained} critics that were trained.`;
  if (status === "converged") return "It ends here because W1 fell below the share that was asked for.";
  if (status === "stalled") return "It ends here because W1 no longer fell.";
  if (status === "maxIterations") return `It ends here because ${trained} critics, or their steps, were asked for.`;
  return `It ends here because the run was stopped (${status}).`;
}
