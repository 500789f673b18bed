// The gradient of a ground cost in its first point: grad_x |x - y|^power.
import type { PointsCost } from "../cost/points.ts";

/** Adds weight grad_x c(x_i, y_j) to d numbers of `out` at `offset`; a coordinate in which the points meet at a kink adds nothing. */
export type AddSlope = (weight: number, i: number, j: number, out: Float64Array, offset: number) => void;

/**
 * The slopes of a cost of points. Where norms tie (`"chebyshev"`) the first of the largest coordinates counts. Under the cosine distance
 * that of |u - v|^2 / 2: the part along u is taken out afterwards.
 */
export function slopeOf({ x, y, ground }: PointsCost): AddSlope {
  const d = x.cols;
  const { norm, power, cosine } = ground;
  const exponent = norm === Infinity ? power : power / norm;
  return (weight, i, j, out, offset) => {
    let size = 0;
    let widest = 0;
    for (let k = 0; k < d; k++) {
      const gap = Math.abs(x.data[i * d + k] - y.data[j * d + k]);
      if (norm === Infinity) {
        if (gap > size) widest = k;
        size = Math.max(size, gap);
      } else size += norm === 2 ? gap * gap : norm === 1 ? gap : gap ** norm;
    }
    if (size === 0) return;
    const outer = weight * (cosine ? 0.5 : 1) * exponent * rise(size, exponent - 1);
    const [from, to] = norm === Infinity ? [widest, widest + 1] : [0, d];
    for (let k = from; k < to; k++) {
      const gap = x.data[i * d + k] - y.data[j * d + k];
      if (gap === 0) continue;
      const inner =
        norm === 2 ? 2 * Math.abs(gap) : norm === 1 || norm === Infinity ? 1 : norm * Math.abs(gap) ** (norm - 1);
      out[offset + k] += gap > 0 ? outer * inner : -outer * inner;
    }
  };
}

/** size^exponent, by square roots where they do: these have the same bits everywhere. */
function rise(size: number, exponent: number): number {
  if (exponent === 0) return 1;
  if (exponent === -0.5) return 1 / Math.sqrt(size);
  return size ** exponent;
}
