// The length of a transport ray where only u and its gradient can be evaluated: how far u keeps falling as fast as at its start.
// alpha(x) = sup { t : u(x) - u(x - t v) = t |grad u(x)| }, v = grad u / |grad u|; for a 1-Lipschitz u with |grad u| = 1 the deficit never shrinks again.
import { optionOutOfRange } from "../errors/otError.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";
import { type Potential, rowNorms } from "./potential.ts";

/** How {@link rayLengths} searches. */
export interface RaySearch {
  /** No ray is followed farther, in the unit of the coordinates, > 0; default the diagonal of the points' bounding box. */
  readonly farthest?: number;
  /** Share of the fall t |grad u(x)| that may be missing before the ray counts as ended, in (0, 1); default 0.1, for learned potentials. */
  readonly slack?: number;
  /** Equally long strides up to `farthest` at which u is looked at, >= 1; default 16. Between the last two the end is found by halving. */
  readonly probes?: number;
}

/**
 * alpha(x_i) for each row of `points`, n values in the unit of the coordinates, found by walking along -grad u in `probes` strides and then
 * halving 20 times. 0 where u has no gradient. Throws `InvalidValue` for options out of range.
 */
export function rayLengths(potential: Potential, points: Matrix<Floats>, search: RaySearch = {}): Float64Array {
  const { farthest = extent(points), slack = 0.1, probes = 16 } = search;
  if (!(farthest > 0 && farthest < Infinity)) throw optionOutOfRange("farthest", farthest, "Use a length above 0.");
  if (!(slack > 0 && slack < 1)) throw optionOutOfRange("slack", slack, "Use a share in (0, 1).");
  if (!(Number.isInteger(probes) && probes >= 1))
    throw optionOutOfRange("probes", probes, "Use a whole number of at least 1.");
  const { rows, cols } = points;
  const { values, gradients } = potential.evaluate(points);
  const norms = rowNorms(gradients);
  const low = new Float64Array(rows);
  const high = new Float64Array(rows).fill(Infinity);
  const at = new Float64Array(rows);
  const place = { data: new Float64Array(rows * cols), rows, cols };
  const look = (): void => {
    for (let i = 0; i < rows; i++) {
      const step = norms[i] > 0 ? at[i] / norms[i] : 0;
      for (let k = i * cols; k < (i + 1) * cols; k++) place.data[k] = points.data[k] - step * gradients.data[k];
    }
    const there = potential.evaluate(place).values;
    for (let i = 0; i < rows; i++) {
      if (at[i] >= high[i]) continue;
      if (values[i] - there[i] >= (1 - slack) * at[i] * norms[i]) low[i] = at[i];
      else high[i] = at[i];
    }
  };
  for (let probe = 1; probe <= probes; probe++) {
    at.fill((farthest * probe) / probes);
    look();
  }
  for (let halving = 0; halving < 20; halving++) {
    for (let i = 0; i < rows; i++) at[i] = high[i] < Infinity ? (low[i] + high[i]) / 2 : low[i];
    look();
  }
  return low.map((length, i) => (norms[i] > 0 ? length : 0));
}

/** The diagonal of the points' bounding box, or 1 where they are one point. */
function extent({ data, rows, cols }: Matrix<Floats>): number {
  let total = 0;
  for (let k = 0; k < cols; k++) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = 0; i < rows; i++) {
      low = Math.min(low, data[i * cols + k]);
      high = Math.max(high, data[i * cols + k]);
    }
    total += (high - low) ** 2;
  }
  return total > 0 && total < Infinity ? Math.sqrt(total) : 1;
}
