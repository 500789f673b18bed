// A checked co-optimal problem: two data matrices, masses of their rows and columns, and what either plan makes the other pay.
import { sinkhorn } from "../entropic/sinkhorn.ts";
import { OtError } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import { type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import { type SparseMatrix, sparseFromEntries } from "../linalg/sparse.ts";
import { dot, sum } from "../linalg/sum.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Weights } from "../measure/weights.ts";
import type { Plan } from "../plan/plan.ts";
import type { Result } from "../run/result.ts";
import type { Run } from "../run/solver.ts";
import type { CoOptimalOptions, CoOptimalStart } from "./coOptimalOptions.ts";
import { type LossParts, lossParts } from "./loss.ts";
import { type Rows, rowLawTransport } from "./lowerBounds.ts";
import { divergence } from "./objective.ts";
import { randomVertex } from "./starts.ts";

/** Which of the two plans. */
export type Axis = "samples" | "features";

/** One kind of atoms of both matrices: those whose plan is sought, as rows; the others are the columns. */
export interface CoOptimalSide {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly mass: number;
  readonly epsilon: number;
  /** The data with these atoms as rows. */
  readonly x: Rows & { readonly data: Float64Array };
  readonly y: Rows & { readonly data: Float64Array };
  /** The matrices whose product with a plan of the others is subtracted, and what is added to rows and columns. */
  readonly h1: Float64Array;
  readonly h2: Float64Array;
  readonly f1: Float64Array;
  readonly f2: Float64Array;
}

/** What is solved: min over P (samples) and Q (features) of sum L(X_ik, Y_jl) P_ij Q_kl (+ epsilon KL of either). */
export interface CoOptimalProblem {
  readonly samples: CoOptimalSide;
  readonly features: CoOptimalSide;
  readonly loss: LossParts;
  readonly massAdjustment: number;
  readonly seed: number;
}

/** The checked problem. Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`. */
export function readCoOptimal(
  X: MatrixLike,
  Y: MatrixLike,
  a: Weights,
  b: Weights,
  options: CoOptimalOptions,
  epsilons: readonly [number, number],
): CoOptimalProblem {
  const x = readData(X, "X");
  const y = readData(Y, "Y");
  const name = options.loss ?? "square";
  if (name === "KL")
    for (const [argument, { data }] of [
      ["X", x],
      ["Y", y],
    ] as const)
      requireNonNegative(data, argument);
  const loss = lossParts(
    name,
    y.data.reduce((largest, value) => Math.max(largest, value), 0),
  );
  const [u, v] = options.features ?? [null, null];
  const samples = balancedMasses(a, b, x.count, y.count, options.massTolerance);
  const features = balancedMasses(u, v, x.width, y.width, options.massTolerance);
  const side = (
    masses: { a: Float64Array; b: Float64Array },
    others: { a: Float64Array; b: Float64Array },
    one: CoOptimalSide["x"],
    other: CoOptimalSide["y"],
    epsilon: number,
  ): CoOptimalSide => ({
    a: masses.a,
    b: masses.b,
    mass: sum(masses.a),
    epsilon,
    x: one,
    y: other,
    h1: one.data.map(loss.h1),
    h2: other.data.map(loss.h2),
    f1: weighted(one, loss.f1, others.a),
    f2: weighted(other, loss.f2, others.b),
  });
  return {
    samples: side(samples, features, x, y, epsilons[0]),
    features: side(features, samples, transposed(x), transposed(y), epsilons[1]),
    loss,
    massAdjustment: samples.massAdjustment,
    seed: options.seed ?? 0,
  };
}

/** What the atoms of one side pay under a plan of the others, sum_kl L(X_ik, Y_jl) Q_kl: two products, no sum over four indices. */
export function costUnder({ x, y, h1, h2, f1, f2 }: CoOptimalSide, Q: SparseMatrix): Float64Array {
  const [n, m] = [x.count, y.count];
  const [d, e] = [x.width, y.width];
  const out = new Float64Array(n * m);
  const carried = new Float64Array(e);
  for (let i = 0; i < n; i++) {
    carried.fill(0);
    for (let k = 0; k < d; k++) {
      const value = h1[i * d + k];
      for (let at = Q.rowPtr[k]; at < Q.rowPtr[k + 1]; at++) carried[Q.colIdx[at]] += value * Q.values[at];
    }
    for (let j = 0; j < m; j++) {
      let total = 0;
      for (let l = 0, at = j * e; l < e; l++, at++) total += carried[l] * h2[at];
      out[i * m + j] = f1[i] + f2[j] - total;
    }
  }
  return out;
}

/** Exact or entropic transport of one side under a cost. */
export function bestUnder({ a, b, epsilon }: CoOptimalSide, data: Float64Array): Run<Result> {
  const cost = { data, rows: a.length, cols: b.length };
  return epsilon > 0
    ? sinkhorn.steps(a, b, cost, { epsilon, massTolerance: 1e-6 })
    : emd.steps(a, b, cost, { massTolerance: 1e-6 });
}

/** epsilon KL of a plan against the product of its masses. */
export function entropyOf(side: CoOptimalSide, plan: Plan): number {
  return side.epsilon > 0 ? side.epsilon * divergence(plan, side) : 0;
}

/** A plan to start from: whose it is, and its entries. */
export interface CoOptimalBegin {
  readonly name: CoOptimalStart;
  readonly axis: Axis;
  plan(): SparseMatrix;
}

/** The starts in their order; where a number of them is asked for, random ones fill up. */
export function beginningsOf(problem: CoOptimalProblem, asked: number | readonly CoOptimalStart[]): CoOptimalBegin[] {
  const { samples, features, loss, seed } = problem;
  const stream = random(seed);
  const one = (name: CoOptimalStart): CoOptimalBegin => {
    if (name === "product") return { name, axis: "samples", plan: () => productOf(samples) };
    if (name === "random") {
      const plan = randomVertex(samples.a, samples.b, stream);
      return { name, axis: "samples", plan: () => plan };
    }
    const [own, others] = name === "samples" ? [samples, features] : [features, samples];
    return { name, axis: name, plan: () => lawTransport(own, others, loss).plan.toSparse() };
  };
  if (typeof asked !== "number") return asked.map(one);
  const listed = (["product", "samples", "features"] as const).slice(0, asked).map(one);
  while (listed.length < asked) listed.push(one("random"));
  return listed;
}

/** Transport of one side under what the laws of two rows cost at least, whatever the plan of the others. */
export function lawTransport(
  own: CoOptimalSide,
  others: CoOptimalSide,
  loss: LossParts,
): ReturnType<typeof rowLawTransport> {
  return rowLawTransport([own.x, own.y], [others.a, others.b], [own.a, own.b], loss, 32, null, others.mass);
}

function productOf({ a, b, mass }: CoOptimalSide): SparseMatrix {
  const [n, m] = [a.length, b.length];
  const count = n * m;
  const i = Int32Array.from({ length: count }, (_, at) => Math.floor(at / m));
  const j = Int32Array.from({ length: count }, (_, at) => at % m);
  const values = Float64Array.from({ length: count }, (_, at) => (mass > 0 ? (a[i[at]] * b[j[at]]) / mass : 0));
  return sparseFromEntries(n, m, i, j, values);
}

function rowsOf(data: Float64Array, count: number, width: number): CoOptimalSide["x"] {
  return { data, count, width, row: (i, out) => out.set(data.subarray(i * width, (i + 1) * width)) };
}

function transposed({ data, count, width }: CoOptimalSide["x"]): CoOptimalSide["x"] {
  const turned = Float64Array.from(data, (_, at) => data[(at % count) * width + Math.floor(at / count)]);
  return rowsOf(turned, width, count);
}

function weighted(
  { data, count, width }: CoOptimalSide["x"],
  f: (value: number) => number,
  u: Float64Array,
): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => dot(data.subarray(i * width, (i + 1) * width).map(f), u));
}

function readData(given: MatrixLike, argument: string): CoOptimalSide["x"] {
  const { data, rows, cols } = toMatrix(given, argument);
  if (rows === 0 || cols === 0) {
    throw new OtError("InvalidShape", `${argument} is ${rows} x ${cols}.`, {
      argument,
      seen: [rows, cols],
      cure: "Pass a matrix with at least one row (a sample) and one column (a feature).",
    });
  }
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new OtError(
      "InvalidValue",
      `The entry ${argument}[${Math.floor(wrong / cols)}][${wrong % cols}] is ${data[wrong]}.`,
      {
        argument,
        seen: data[wrong],
        cure: "Use finite entries: fill gaps, or drop the sample or the feature.",
      },
    );
  }
  return rowsOf(Float64Array.from(data), rows, cols);
}

function requireNonNegative(data: Float64Array, argument: string): void {
  const least = data.reduce((low, value) => Math.min(low, value), 0);
  if (least >= 0) return;
  throw new OtError(
    "InvalidValue",
    `${argument} has the entry ${least}, and the loss KL compares numbers of at least 0.`,
    {
      argument,
      seen: least,
      cure: 'Use the loss "square", or shift the entries.',
    },
  );
}
