// Soft minima against the potentials of the other side, at the rows of any cost: what potentials, maps and gradients at new points are made of.
//
// s_i = -eps log sum_j w_j exp((g_j - C_ij) / eps) with weights p_ij = w_j exp((s_i + g_j - C_ij) / eps) that add up to 1.
import type { Cost } from "../../cost/cost.ts";
import { OtError } from "../../errors/otError.ts";
import { entropic } from "../../kernels/entropic.ts";
import { giveBack, lease, type Workspace } from "../../kernels/workspace.ts";
import type { Floats, Matrix } from "../../linalg/matrix.ts";
import { bind } from "./operator.ts";

/** The other side: potentials and masses. */
export interface Beyond {
  readonly g: Float64Array;
  /** Masses w_j >= 0; those of mass 0 take no part. */
  readonly weights: Float64Array;
  readonly epsilon: number;
}

/** Soft minima at the rows of one cost. Generators yield between chunks of rows. */
export interface Extension {
  /** Other potentials of the other side. */
  setPotentials(g: Float64Array): void;
  /** Weights p_ij become p_ij (1 + alpha_i + beta_j - k C_ij); soft minima stay as they are. */
  tilt(alpha: Float64Array, beta: Float64Array, k: number): void;
  /** s_i; Infinity where no target of mass can be reached. */
  softMinima(): Generator<void, Float64Array, void>;
  /** sum_j p_ij y_j for points y (m x d); 0 where nothing can be reached. */
  means(y: Matrix<Floats>): Generator<void, Matrix, void>;
  /** sum_j p_ij grad_x c(x_i, y_j), n x d; for a cost of points alone. Under the cosine distance x_i are the unit vectors. */
  gradients(): Generator<void, Matrix, void>;
}

/** Entries between two yields. */
const chunkEntries = 1 << 22;

/** Runs `work` on an extension in a workspace of its own. */
export function* withExtension<R>(
  cost: Cost,
  beyond: Beyond,
  work: (extension: Extension) => Generator<void, R, void>,
): Generator<void, R, void> {
  const workspace = lease(entropic);
  // After a trap, or when the caller goes away in the middle, the memory may be in any state.
  const result = yield* work(startExtension(cost, beyond, workspace));
  giveBack(workspace);
  return result;
}

function startExtension(cost: Cost, { g, weights, epsilon }: Beyond, workspace: Workspace): Extension {
  const [n, m] = cost.shape;
  const { call } = workspace;
  const operator = bind(cost, workspace);
  const { width } = operator;
  const scale = Math.LOG2E / epsilon;
  const logs = logWeights(weights, workspace);
  const h = workspace.alloc(width * 8);
  const l = workspace.alloc(n * 8);
  call["extendInit"](h, workspace.alloc(width * 8), width, scale);
  workspace.f64(l, n).fill(0);
  const setPotentials = (potentials: Float64Array): void => {
    const held = workspace.f64(h, width);
    held.fill(-Infinity);
    for (let j = 0; j < m; j++) held[j] = potentials[j] * scale + logs[j];
  };
  setPotentials(g);
  const height = Math.max(1, Math.floor(chunkEntries / width));
  function* pass(work: (begin: number, end: number) => void): Generator<void, void, void> {
    for (let begin = 0; begin < n; begin += height) {
      operator.rows(begin, Math.min(n, begin + height), work);
      if (begin + height < n) yield;
    }
  }
  /** Points, coordinate by coordinate, each padded. */
  const columnwise = ({ data, cols }: Matrix<Floats>): number => {
    const address = workspace.alloc(width * cols * 8);
    const held = workspace.f64(address, width * cols);
    held.fill(0);
    for (let j = 0; j < m; j++) for (let k = 0; k < cols; k++) held[k * width + j] = data[j * cols + k];
    return address;
  };
  const cleared = (length: number): number => {
    const address = workspace.alloc(length * 8);
    workspace.f64(address, length).fill(0);
    return address;
  };
  const copied = (values: Floats, length: number): number => {
    const address = cleared(length);
    workspace.f64(address, length).set(values);
    return address;
  };
  return {
    setPotentials,
    tilt(alpha, beta, k) {
      call["extendTilt"](copied(alpha, n), copied(beta, width), k);
    },
    *softMinima() {
      yield* pass((begin, end) => call["extendRows"](begin, end, l));
      return workspace.f64(l, n).map((value) => -value / scale);
    },
    *means(y) {
      const mark = workspace.mark();
      const d = y.cols;
      const points = columnwise(y);
      const out = cleared(n * d);
      yield* pass((begin, end) => call["extendMeans"](begin, end, l, points, d, out));
      const data = workspace.f64(out, n * d).slice();
      workspace.release(mark);
      return { data, rows: n, cols: d };
    },
    *gradients() {
      if (cost.kind !== "points") throw noPoints(cost);
      const mark = workspace.mark();
      const { x, y, ground } = cost;
      const { norm, power, cosine } = ground;
      const d = x.cols;
      const from = copied(x.data, n * d);
      const to = columnwise(y);
      const out = cleared(n * d);
      const base = norm === 2 ? 0 : norm === 1 ? 1 : norm === Infinity ? 2 : 3;
      const exponent = norm === Infinity ? power : power / norm;
      const times = cosine ? 0.5 : 1;
      yield* pass((begin, end) =>
        call["extendGradients"](begin, end, l, from, to, d, base, norm, exponent, times, out),
      );
      const data = workspace.f64(out, n * d).slice();
      workspace.release(mark);
      if (cosine) tangential(data, x);
      return { data, rows: n, cols: d };
    },
  };
}

/** The error for a cost that knows no positions. */
export function noPoints(cost: Cost): OtError {
  return new OtError("Unsupported", `A cost of kind "${cost.kind}" knows no positions.`, {
    argument: "result",
    seen: cost.kind,
    cure: "Solve with cost.points(x, y, ground).",
  });
}

/** Takes out of each row its part along the unit vector of that row. */
export function tangential(data: Float64Array, { data: unit, rows, cols }: Matrix<Floats>): void {
  for (let i = 0; i < rows * cols; i += cols) {
    let along = 0;
    for (let k = i; k < i + cols; k++) along += data[k] * unit[k];
    for (let k = i; k < i + cols; k++) data[k] -= along * unit[k];
  }
}

function logWeights(weights: Float64Array, workspace: Workspace): Float64Array {
  const mark = workspace.mark();
  const address = workspace.alloc(weights.length * 8);
  workspace.f64(address, weights.length).set(weights);
  workspace.call["log2All"](address, weights.length);
  const logs = workspace.f64(address, weights.length).slice();
  workspace.release(mark);
  return logs;
}
