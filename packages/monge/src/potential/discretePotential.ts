// The exact potential of transport to finitely many points: u(x) = min_j (|x - y_j| - g_j), 1-Lipschitz on all of R^d.
// It is the c-transform of the duals g of W1 (Villani, Optimal Transport, 5.12): E_mu[u] - E_nu[u] = W1, and rays of u end in targets.

import { OtError } from "../errors/otError.ts";
import type { Floats, Matrix, MatrixLike } from "../linalg/matrix.ts";
import { toMatrix } from "../linalg/matrix.ts";
import { type Potential, requireDimension } from "./potential.ts";

/** The transport rays of n points: where mass at x_i goes if it goes along -grad u(x_i). */
export interface Rays {
  /** alpha(x_i), the distance from x_i to the end of its ray, n values. */
  readonly lengths: Float64Array;
  /** The index j of the target in which the ray ends. */
  readonly targets: Int32Array;
  /** By how much the least |x - y_j| - g_j undercuts the next one, n values; 0 on a kink, where rays meet and u has no gradient. Infinity with one target. */
  readonly margins: Float64Array;
}

/** A potential whose rays are known in closed form. */
export interface DiscretePotential extends Potential {
  /** The ends of the rays through the rows of `points`, n x d. */
  rays(points: Matrix<Floats>): Rays;
}

/**
 * u(x) = min_j (|x - y_j| - g_j) for targets `y` (m x d) and their duals `g` (m), in the unit of the coordinates: those of
 * `emd(a, b, cost.points(x, y, "euclidean"))`, of {@link kantorovichPotential} or of `semidiscreteW1`. O(m d) a point.
 *
 * Where several targets attain the minimum, the gradient is that towards the first of them (`rays` has the margin); at a target that
 * attains its own minimum it is 0.
 *
 * Throws `InvalidShape` and `InvalidValue` (coordinates or duals that are not finite).
 */
export function discretePotential(y: MatrixLike, g: ArrayLike<number>): DiscretePotential {
  const targets = toMatrix(y, "y");
  const { rows: m, cols: d } = targets;
  if (m === 0 || g.length !== m) {
    throw new OtError("InvalidShape", `There are ${m} targets and ${g.length} duals.`, {
      argument: "g",
      seen: g.length,
      cure: "Pass at least one target, and one dual for each.",
    });
  }
  requireFinite(targets.data, "y");
  const duals = Float64Array.from(g);
  requireFinite(duals, "g");
  const search = (
    points: Matrix<Floats>,
    found: (i: number, j: number, distance: number, u: number, next: number) => void,
  ) => {
    requireDimension(points, d);
    for (let i = 0; i < points.rows; i++) {
      let best = -1;
      let least = Infinity;
      let next = Infinity;
      let distance = 0;
      for (let j = 0, at = 0; j < m; j++) {
        let total = 0;
        for (let k = i * d; k < i * d + d; k++, at++) {
          const gap = points.data[k] - targets.data[at];
          total += gap * gap;
        }
        const length = Math.sqrt(total);
        const value = length - duals[j];
        if (value < least) {
          next = least;
          least = value;
          best = j;
          distance = length;
        } else if (value < next) next = value;
      }
      found(i, best, distance, least, next);
    }
  };
  return {
    dimension: d,
    evaluate(points) {
      const values = new Float64Array(points.rows);
      const gradients = { data: new Float64Array(points.rows * d), rows: points.rows, cols: d };
      search(points, (i, j, distance, u) => {
        values[i] = u;
        if (distance === 0) return;
        for (let k = 0; k < d; k++) {
          gradients.data[i * d + k] = (points.data[i * d + k] - targets.data[j * d + k]) / distance;
        }
      });
      return { values, gradients };
    },
    rays(points) {
      const lengths = new Float64Array(points.rows);
      const ends = new Int32Array(points.rows);
      const margins = new Float64Array(points.rows);
      search(points, (i, j, distance, u, next) => {
        lengths[i] = distance;
        ends[i] = j;
        margins[i] = next - u;
      });
      return { lengths, targets: ends, margins };
    },
  };
}

function requireFinite(values: ArrayLike<number>, argument: string): void {
  for (let k = 0; k < values.length; k++) {
    if (Number.isFinite(values[k])) continue;
    throw new OtError("InvalidValue", `${argument} holds ${values[k]} at index ${k}.`, {
      argument,
      seen: values[k],
      cure: "Pass finite numbers.",
    });
  }
}
