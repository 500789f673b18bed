// The semi-dual of transport to points: u(x) = min_j (|x - y_j|^p - g_j), or -eps log sum_j b_j exp((g_j - |x - y_j|^p) / eps), and its gradient.
// D(g) = E[u(x)] + sum g b; dD / dg_j = b_j - P(x goes to j). Genevay, Cuturi, Peyre and Bach (2016).
import { fillRowOf, toGround } from "../cost/ground.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";

/** Points with masses, and how to look at them from elsewhere. */
export interface SemiDual {
  readonly y: Matrix<Floats>;
  readonly b: Float64Array;
  readonly p: number;
  readonly epsilon: number;
  /** u at each row. */
  values(points: Matrix<Floats>, g: Float64Array): Float64Array;
  /** The index in which each row ends: the least |x - y_j|^p - g_j among points with mass. */
  assign(points: Matrix<Floats>, g: Float64Array): Int32Array;
  /** The share of the rows that goes to each point, into `out`. */
  shares(points: Matrix<Floats>, g: Float64Array, out: Float64Array): void;
}

/** Makes the semi-dual. */
export function semiDual(y: Matrix<Floats>, b: Float64Array, p: number, epsilon: number): SemiDual {
  const fill = fillRowOf(toGround({ norm: 2, power: p }));
  const m = y.rows;
  const row = new Float64Array(m);
  /** Calls back with u and the least entry's index; `row` holds cost - g, Infinity where a point has no mass. */
  const sweep = (points: Matrix<Floats>, g: Float64Array, found: (i: number, j: number, u: number) => void): void => {
    for (let i = 0; i < points.rows; i++) {
      fill(points.data, i * points.cols, y.data, m, y.cols, row, 0);
      let best = -1;
      for (let j = 0; j < m; j++) {
        row[j] = b[j] > 0 ? row[j] - g[j] : Infinity;
        if (best < 0 || row[j] < row[best]) best = j;
      }
      found(i, best, row[best]);
    }
  };
  const weight = (j: number, least: number): number => b[j] * Math.exp((least - row[j]) / epsilon);
  const total = (least: number): number => {
    let sumOfWeights = 0;
    for (let j = 0; j < m; j++) if (b[j] > 0) sumOfWeights += weight(j, least);
    return sumOfWeights;
  };
  return {
    y,
    b,
    p,
    epsilon,
    values(points, g) {
      const out = new Float64Array(points.rows);
      sweep(points, g, (i, _, least) => {
        out[i] = epsilon > 0 ? least - epsilon * Math.log(total(least)) : least;
      });
      return out;
    },
    assign(points, g) {
      const out = new Int32Array(points.rows);
      sweep(points, g, (i, j) => {
        out[i] = j;
      });
      return out;
    },
    shares(points, g, out) {
      out.fill(0);
      sweep(points, g, (_, best, least) => {
        if (epsilon === 0) {
          out[best] += 1 / points.rows;
          return;
        }
        const scale = 1 / (total(least) * points.rows);
        for (let j = 0; j < m; j++) if (b[j] > 0) out[j] += scale * weight(j, least);
      });
    },
  };
}

/** What samples say about duals. */
export interface SemidiscreteEvaluation {
  /** Mean of u plus sum g b: in the mean a lower bound of the optimum. */
  readonly estimate: number;
  readonly standardError: number;
  /** Shares of the samples, one for each point. */
  readonly masses: Float64Array;
  /** sum |masses - b|; 0 in the optimum but for noise. */
  readonly massError: number;
  /** What the sampling alone would show: sum sqrt(2 b (1 - b) / (pi samples)). */
  readonly massNoise: number;
}

/** Looks at duals on samples. */
export function evaluate(
  problem: SemiDual,
  g: Float64Array,
  samples: Iterable<Matrix<Floats>>,
): SemidiscreteEvaluation {
  const { b } = problem;
  const masses = new Float64Array(b.length);
  const shares = new Float64Array(b.length);
  const values: number[] = [];
  for (const points of samples) {
    values.push(...problem.values(points, g));
    problem.shares(points, g, shares);
    for (let j = 0; j < b.length; j++) masses[j] += shares[j] * points.rows;
  }
  const count = values.length;
  const mean = sum(values) / count;
  const spread = sum(values.map((value) => (value - mean) ** 2)) / Math.max(1, count - 1);
  for (let j = 0; j < b.length; j++) masses[j] /= count;
  return {
    estimate: mean + sum(g.map((value, j) => value * b[j])),
    standardError: Math.sqrt(spread / count),
    masses,
    massError: sum(masses.map((mass, j) => Math.abs(mass - b[j]))),
    massNoise: sum(b.map((mass) => Math.sqrt((2 * mass * (1 - mass)) / (Math.PI * count)))),
  };
}
