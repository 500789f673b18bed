// Entropic potentials as functions of the point, and the maps that they give: where mass at any point goes.
// Pooladian and Niles-Weed, "Entropic estimation of optimal transport maps" (2021); debiased: Pooladian, Cuturi and Niles-Weed (2022).
import type { Cost } from "../cost/cost.ts";
import { cellPoints } from "../cost/grid.ts";
import type { Ground } from "../cost/ground.ts";
import { type PointsCost, points } from "../cost/points.ts";
import { OtError } from "../errors/otError.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import type { MarginalHold, SolvedProblem } from "../run/result.ts";
import { drain } from "../run/solver.ts";
import type { DivergenceResult } from "./divergence/result.ts";
import { type Beyond, type Extension, noPoints, withExtension } from "./operators/extend.ts";
import type { SinkhornResult } from "./sinkhornResult.ts";

/** The potential of one side and the map to the other, at any points. Points are rows of a matrix, k x d; each call sweeps k m pairs. */
export interface EntropicMap {
  /** f(x) = -eps log sum_j b_j exp((g_j - c(x, y_j)) / eps), k numbers in the unit of the cost: at the atoms, the potentials of the result. Under a penalty, what answers this soft minimum. */
  potential(x: MatrixLike): Float64Array;
  /** The gradient of f at each point, k x d. Where the ground cost has a kink it counts as flat in the coordinates that meet. */
  gradient(x: MatrixLike): Matrix;
  /** T(x) = sum_j y_j P(j | x), k x d: the mean of where mass at x goes. Under the squared Euclidean ground T(x) = x - grad f(x) / 2. */
  map(x: MatrixLike): Matrix;
  /** (1 - t) x + t T(x), k x d. */
  interpolate(x: MatrixLike, t: number): Matrix;
  /** The same from the targets to the sources: its map is the inverse of `map` as epsilon falls. */
  readonly inverse: EntropicMap;
}

/**
 * The potentials and maps of an entropic answer between points, at points that were not among them.
 *
 * However far a point is from all targets, sums are taken from their largest term: nothing overflows, nothing is NaN. Of a
 * divergence, the debiased functions: f = f_ab - f_aa and T(x) = x + T_ab(x) - T_aa(x), which leaves x where both measures are the same.
 *
 * @param result of `sinkhorn` over `cost.points` or `cost.grid`, or of `sinkhornDivergence`
 *
 * Throws `Unsupported` for costs without positions and for for potentials under an L2 penalty; the functions throw
 * `InvalidShape` for points of another dimension and `InvalidValue` for coordinates that are not finite or so far off that a cost overflows.
 */
export function entropicMap(result: SinkhornResult | DivergenceResult): EntropicMap {
  if (!("parts" in result)) return bothWays(forward(result), backward(result));
  const { xy, xx, yy } = result.parts;
  return bothWays(debiased(forward(xy), forward(xx)), debiased(backward(xy), backward(yy)));
}

/** One side's functions. */
interface Side {
  potential(x: Matrix<Floats>): Float64Array;
  gradient(x: Matrix<Floats>): Matrix;
  map(x: Matrix<Floats>): Matrix;
}

function bothWays(from: Side, to: Side): EntropicMap {
  const read = (x: MatrixLike): Matrix<Floats> => toMatrix(x, "x");
  const one: EntropicMap = {
    potential: (x) => from.potential(read(x)),
    gradient: (x) => from.gradient(read(x)),
    map: (x) => from.map(read(x)),
    interpolate(x, t) {
      if (!Number.isFinite(t)) {
        throw new OtError("InvalidValue", `t is ${t}.`, {
          argument: "t",
          seen: t,
          cure: "Use a finite number: 0 is x, 1 is T(x).",
        });
      }
      const start = read(x);
      return combine(start, 1 - t, from.map(start), t);
    },
    get inverse() {
      return bothWays(to, from);
    },
  };
  return one;
}

/** From the rows to the columns: by the potentials of the columns. */
function forward({ problem, potentials, epsilon }: SinkhornResult): Side {
  const { y, ground } = positions(problem.cost);
  const beyond = { g: potentials.g, weights: problem.b, epsilon };
  return side(y, ground, beyond, answerOf(problem, problem.marginals?.source, potentials.lambda, epsilon));
}

function backward({ problem, potentials, epsilon }: SinkhornResult): Side {
  const { x, ground } = positions(problem.cost);
  const beyond = { g: potentials.f, weights: problem.a, epsilon };
  return side(x, ground, beyond, answerOf(problem, problem.marginals?.target, potentials.lambda, epsilon));
}

/** The potential that answers a soft minimum, and its derivative. */
interface Answer {
  /** What the masses are divided by. */
  readonly mass: number;
  at(soft: number): readonly [potential: number, slope: number];
}

function answerOf(problem: SolvedProblem, hold: MarginalHold | undefined, lambda = 0, epsilon = 0): Answer {
  if (hold === undefined) return { mass: sum(problem.a), at: (soft) => [soft, 1] };
  const between = (low: number, high: number) => ({
    mass: 1,
    at: (soft: number): readonly [number, number] => {
      const free = soft - lambda;
      return free < low ? [low, 0] : free > high ? [high, 0] : [free, 1];
    },
  });
  if (hold === "equal") return between(-Infinity, Infinity);
  if (hold === "atMost") return between(-Infinity, 0);
  if (hold.kind === "TV") return between(-hold.strength, hold.strength);
  if (hold.kind === "KL") {
    const factor = hold.strength / (hold.strength + epsilon);
    return { mass: 1, at: (soft) => [factor * soft, factor] };
  }
  return {
    mass: 1,
    at() {
      throw new OtError(
        "Unsupported",
        "Under an L2 penalty the potential depends on the mass of its atom, not on the place alone.",
        {
          argument: "result",
          seen: hold,
          cure: "Use map(), or a KL or total-variation penalty.",
        },
      );
    },
  };
}

function side(y: Matrix<Floats>, ground: Ground, beyond: Beyond, answer: Answer): Side {
  const shares = { ...beyond, weights: beyond.weights.map((weight) => weight / answer.mass) };
  const at = <R>(x: Matrix<Floats>, work: (extension: Extension) => Generator<void, R, void>): R =>
    drain(withExtension(points(x, y, ground), shares, work));
  return {
    potential: (x) => at(x, (extension) => extension.softMinima()).map((soft) => answer.at(soft)[0]),
    gradient: (x) =>
      at(x, function* (extension) {
        const { data, rows, cols } = yield* extension.gradients();
        const slopes = (yield* extension.softMinima()).map((soft) => answer.at(soft)[1]);
        return { data: data.map((value, k) => value * slopes[Math.floor(k / cols)]), rows, cols };
      }),
    map: (x) => at(x, (extension) => extension.means(y)),
  };
}

function debiased(whole: Side, self: Side): Side {
  return {
    potential(x) {
      const bias = self.potential(x);
      return whole.potential(x).map((value, i) => value - bias[i]);
    },
    gradient: (x) => combine(whole.gradient(x), 1, self.gradient(x), -1),
    map: (x) => combine(x, 1, combine(whole.map(x), 1, self.map(x), -1), 1),
  };
}

/** Where the atoms of a cost lie, and its ground cost. */
function positions(cost: Cost): { x: Matrix<Floats>; y: Matrix<Floats>; ground: Ground } {
  if (cost.kind === "points") return { x: cost.x, y: cost.y, ground: groundOf(cost) };
  if (cost.kind !== "grid") throw noPoints(cost);
  const cells = (shape: readonly number[], axes: readonly Float64Array[]): Matrix => {
    const data = cellPoints(shape, axes);
    return { data, rows: data.length / shape.length, cols: shape.length };
  };
  return {
    x: cells(cost.sourceShape, cost.sourceAxes),
    y: cells(cost.targetShape, cost.targetAxes),
    ground: { norm: cost.power, power: cost.power },
  };
}

/** The ground cost of a cost, as it is given. */
export function groundOf({ ground }: PointsCost): Ground {
  return ground.cosine ? "cosine" : { norm: ground.norm, power: ground.power };
}

function combine(x: Matrix<Floats>, s: number, y: Matrix<Floats>, t: number): Matrix {
  return { data: Float64Array.from(x.data, (value, k) => s * value + t * y.data[k]), rows: x.rows, cols: x.cols };
}
