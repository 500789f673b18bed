// One step of a critic: L(w) = mean u(y_i) - mean u(x_i) + lambda mean (|grad u(z_i)| - 1)_+^2 with z_i = x_i + t_i (y_i - x_i), and Adam on it.
// Gulrajani et al. (arXiv 1704.00028), one-sided as in Petzka, Fischer and Lukovnikov (arXiv 1709.08894). With g = grad u(z), the penalty's gradient is that of
// the tangent <v, grad u(z)> with v = 2 lambda (|g| - 1)_+ g / |g| held fixed: masks are constant almost everywhere, so it takes one forward pass of v without biases.
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import type { Workspace } from "../kernels/workspace.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";
import { bindNet, evaluateNet, requireMemory } from "./boundNet.ts";
import type { NetDescription } from "./net.ts";
import { innerOrder, readNet, volume } from "./stages.ts";

/** What a step changes: weights, Adam's two moments (all in the order of `Critic.weights`), and how many steps were taken. */
export interface EngineState {
  readonly weights: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly stepCount: number;
}

/** How an engine trains. */
export interface EngineOptions {
  /** lambda, >= 0. */
  readonly penalty: number;
  /** Of Adam, > 0. */
  readonly learningRate: number;
  /** Decay of Adam's moments, each in [0, 1). */
  readonly betas: readonly [number, number];
  /** The most points a side that a step will get. */
  readonly batch: number;
}

/** What a step saw, before it moved the weights. */
export interface StepReport {
  /** -value + lambda penalty. */
  readonly loss: number;
  /** mean u(x) - mean u(y). */
  readonly value: number;
  /** mean (|grad u(z)| - 1)_+^2. */
  readonly penalty: number;
  /** |grad u(z)| over the batch. */
  readonly gradientNorm: { readonly mean: number; readonly max: number };
}

/** A critic in training, in the workspace that it was opened on. */
export interface TrainingEngine {
  /** One update on `batch` points x of the source, y of the target (row-major), and `batch` numbers t in [0, 1]. Throws `InvalidValue` on values that are not finite, the state untouched. */
  step(x: Float32Array, y: Float32Array, t: Float32Array, batch: number): StepReport;
  /** A copy. */
  readonly state: EngineState;
  /** The loss of the present weights and its gradient by them, without an update. */
  gradient(
    x: Float32Array,
    y: Float32Array,
    t: Float32Array,
    batch: number,
  ): StepReport & { readonly weights: Float32Array };
  /** u and grad u of the present weights. */
  evaluate(points: Matrix<Floats>): { values: Float64Array; gradients: Matrix };
  /** From the next step on. */
  setLearningRate(rate: number): void;
}

/** The state before the first step. */
export function freshState(weights: Float32Array): EngineState {
  return {
    weights: weights.slice(),
    m: new Float32Array(weights.length),
    v: new Float32Array(weights.length),
    stepCount: 0,
  };
}

const epsilon = 1e-8;

/** Opens an engine on a workspace of the family `potential`. Throws `OutOfMemory` with the bytes before it allocates. */
export function openEngine(
  workspace: Workspace,
  net: NetDescription,
  state: EngineState,
  options: EngineOptions,
): TrainingEngine {
  const { penalty: lambda, betas, batch: capacity } = options;
  if (!(lambda >= 0 && lambda < Infinity)) throw optionOutOfRange("penalty", lambda, "Pass a number from 0.");
  requireRate(options.learningRate);
  if (!betas.every((beta) => beta >= 0 && beta < 1))
    throw optionOutOfRange("betas", betas, "Pass two numbers from 0 to below 1.");
  if (!Number.isInteger(capacity) || capacity < 1)
    throw optionOutOfRange("batch", capacity, "Pass a whole number from 1.");
  const read = readNet(net);
  const { stages, parameters, dimension } = read;
  requireState(state, parameters);
  const widest = Math.max(dimension, ...stages.map(({ to }) => volume(to)));
  const padded = (parameters + 3) & ~3;
  requireMemory(read, 3 * capacity, 4 * (3 * padded + capacity * (widest + dimension)));
  const { call } = workspace;
  const bound = bindNet(workspace, read, 3 * capacity);
  const { activations, deltas } = bound;
  const order = innerOrder(read);
  const [gradient, first, second] = [0, 0, 0].map(() => workspace.alloc(4 * padded));
  const [slopes, tangents] = [dimension, widest].map((width) => workspace.alloc(4 * capacity * width));
  const shares = workspace.alloc(4 * capacity);
  const [norms, factors] = [0, 0].map(() => workspace.alloc(8 * capacity));
  const picked = workspace.alloc(4 * capacity);
  const last = stages.length - 1;
  let { stepCount } = state;
  let rate = options.learningRate;

  const put = (address: number, values: Float32Array): void => {
    const view = workspace.f32(address, padded);
    view.fill(0);
    for (let k = 0; k < parameters; k++) view[k] = values[order === null ? k : order[k]];
  };
  const get = (address: number): Float32Array => {
    const view = workspace.f32(address, parameters);
    if (order === null) return view.slice();
    const out = new Float32Array(parameters);
    for (let k = 0; k < parameters; k++) out[order[k]] = view[k];
    return out;
  };
  put(bound.weights, state.weights);
  put(first, state.m);
  put(second, state.v);

  // Rows: x, then y, then z, `batch` each.
  function forward(x: Float32Array, y: Float32Array, t: Float32Array, batch: number): void {
    bound.write(x, 0, batch, 0);
    bound.write(y, 0, batch, batch);
    workspace.f32(shares, batch).set(t.subarray(0, batch));
    for (let l = 0; l <= last; l++) {
      // The value at z is not asked for, only its slopes.
      const rows = l === last && stages[l].slope === null ? 2 * batch : 3 * batch;
      const width = volume(stages[l].to);
      const to = activations[l + 1];
      // A stage is affine: at z it is between x and y, as z is.
      bound.linear(l, activations[l], to, l === 0 ? 2 * batch : rows);
      if (l === 0 && rows === 3 * batch) {
        call["blendRows"](to, to + 4 * batch * width, shares, batch, width, to + 8 * batch * width);
      }
      bound.activate(l, rows);
    }
  }

  // Deltas of mean u(y) - mean u(x) at x and y, of u itself at z; its gradient there.
  function backward(batch: number): void {
    const seeds = workspace.f32(deltas[last], 3 * batch);
    seeds
      .fill(-1 / batch, 0, batch)
      .fill(1 / batch, batch, 2 * batch)
      .fill(1, 2 * batch);
    bound.backward(3 * batch);
    bound.transposed(0, deltas[0] + 8 * batch * volume(stages[0].to), slopes, batch);
    call["rowNorms"](slopes, batch, dimension, norms);
  }

  // The tangents of the rows that pay a penalty, in the place of their activations; their deltas close up likewise.
  function tangent(batch: number): number {
    const norm = workspace.f64(norms, batch);
    const factor = workspace.f64(factors, batch);
    const index = workspace.i32(picked, batch);
    let rows = 0;
    for (let i = 0; i < batch && lambda > 0; i++) {
      if (norm[i] <= 1) continue;
      index[rows] = i;
      factor[rows++] = (2 * lambda * (norm[i] - 1)) / (norm[i] * batch);
    }
    call["scaleRows"](slopes, picked, factors, rows, dimension, activations[0] + 8 * batch * dimension);
    for (let l = 0; l <= last; l++) {
      const { from, to, slope } = stages[l];
      const width = volume(to);
      const behind = 8 * batch * width;
      call["gatherRows"](deltas[l] + behind, picked, rows, width);
      if (l === last) break;
      bound.linear(l, activations[l] + 8 * batch * volume(from), tangents, rows, true);
      const at = activations[l + 1] + behind;
      call["maskRows"](tangents, at, picked, rows, width, slope ?? 1, at);
    }
    return rows;
  }

  function look(batch: number): StepReport {
    const u = bound.outputs(2 * batch);
    const norm = workspace.f64(norms, batch);
    let [value, penalty, mean, max] = [0, 0, 0, 0];
    for (let i = 0; i < batch; i++) {
      value += u[i] - u[batch + i];
      penalty += Math.max(0, norm[i] - 1) ** 2;
      mean += norm[i];
      max = Math.max(max, norm[i]);
    }
    const loss = (lambda * penalty - value) / batch;
    return { loss, value: value / batch, penalty: penalty / batch, gradientNorm: { mean: mean / batch, max } };
  }

  function differentiate(x: Float32Array, y: Float32Array, t: Float32Array, batch: number): StepReport {
    if (!Number.isInteger(batch) || batch < 1 || batch > capacity) {
      throw new OtError("InvalidValue", `batch is ${batch}.`, {
        argument: "batch",
        seen: batch,
        cure: `Pass a whole number from 1 to ${capacity}, for which this engine was opened.`,
      });
    }
    requireLength("x", x, batch * dimension);
    requireLength("y", y, batch * dimension);
    requireLength("t", t, batch);
    forward(x, y, t, batch);
    backward(batch);
    const report = look(batch);
    if (!Number.isFinite(report.loss)) throw notFinite(x, y, batch * dimension, stepCount);
    const rows = 2 * batch + tangent(batch);
    workspace.f32(gradient, padded).fill(0);
    for (let l = 0; l <= last; l++) bound.addGradients(l, gradient, rows, 2 * batch);
    return report;
  }

  return {
    step(x, y, t, batch) {
      const report = differentiate(x, y, t, batch);
      stepCount++;
      const [beta1, beta2] = betas;
      const root = Math.sqrt(1 - power(beta2, stepCount));
      const pace = rate / (1 - power(beta1, stepCount));
      call["adam"](bound.weights, first, second, gradient, padded, pace, beta1, beta2, root, epsilon);
      return report;
    },
    get state() {
      return { weights: get(bound.weights), m: get(first), v: get(second), stepCount };
    },
    gradient: (x, y, t, batch) => ({ ...differentiate(x, y, t, batch), weights: get(gradient) }),
    evaluate(points) {
      requireLength("points", points.data, points.rows * dimension);
      const { values, gradients } = evaluateNet(workspace, bound, points.data, points.rows);
      return { values, gradients: { data: gradients, rows: points.rows, cols: dimension } };
    },
    setLearningRate(next) {
      requireRate(next);
      rate = next;
    },
  };
}

// Math.pow may differ in its last bit from engine to engine.
function power(base: number, exponent: number): number {
  let result = 1;
  for (let square = base, rest = exponent; rest > 0; rest = Math.floor(rest / 2), square *= square) {
    if (rest % 2 === 1) result *= square;
  }
  return result;
}

function requireRate(rate: number): void {
  if (!(rate > 0 && rate < Infinity)) throw optionOutOfRange("learningRate", rate, "Pass a positive number.");
}

function requireState({ weights, m, v, stepCount }: EngineState, parameters: number): void {
  for (const [name, array] of Object.entries({ weights, m, v })) requireLength(`state.${name}`, array, parameters);
  if (Number.isInteger(stepCount) && stepCount >= 0) return;
  throw new OtError("InvalidValue", `state.stepCount is ${stepCount}.`, {
    argument: "state.stepCount",
    seen: stepCount,
    cure: "Pass a whole number from 0.",
  });
}

function requireLength(name: string, { length }: ArrayLike<number>, needed: number): void {
  // Buffers may be longer than a short batch.
  if (name.startsWith("state.") || name === "points" ? length === needed : length >= needed) return;
  throw new OtError("InvalidShape", `${name} has ${length} numbers where ${needed} are needed.`, {
    argument: name,
    seen: length,
    cure: "Pass one number for each coordinate, or each weight, of the net.",
  });
}

function notFinite(x: Float32Array, y: Float32Array, length: number, stepCount: number): OtError {
  for (const [name, points] of Object.entries({ x, y })) {
    const at = points.subarray(0, length).findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    return new OtError("InvalidValue", `${name}[${at}] is ${points[at]}.`, {
      argument: name,
      seen: points[at],
      cure: "Pass finite points.",
    });
  }
  return new OtError("InvalidValue", `The critic left the range of numbers after ${stepCount} steps.`, {
    argument: "options.learningRate",
    seen: stepCount,
    cure: "Lower the learning rate, or scale the points to about 1.",
  });
}
