// Sums of the kernel between two grids, term by term along one axis after another: for certificates, not by the solver's tables.
import type { GridCost } from "../../cost/grid.ts";
import type { Workspace } from "../../kernels/workspace.ts";

/** Terms between two yields: some 20 ms. */
const chunkTerms = 1 << 21;

/** A plan between grids by its potentials: entries 2^(F_i + G_j - s C_ij) w_i v_j for weights that each sum brings. */
export interface PlainSums {
  /** axis 0: sum_j v_j 2^(F_i + G_j - s C_ij), n numbers; axis 1: the same for columns. `priced`: with the cost along that grid axis. */
  sums(axis: 0 | 1, weights: Float64Array, priced?: number): Generator<void, Float64Array, void>;
}

/** Copies axes and potentials into the workspace. */
export function startPlainSums(
  { sourceAxes, targetAxes, sourceShape, targetShape, power, shape }: GridCost,
  { f, g }: { readonly f: Float64Array; readonly g: Float64Array },
  epsilon: number,
  workspace: Workspace,
): PlainSums {
  const { call } = workspace;
  const d = sourceShape.length;
  const scale = Math.LOG2E / epsilon;
  const coordinates = (values: Float64Array): number => {
    const address = workspace.alloc(values.length * 8);
    workspace.f64(address, values.length).set(values);
    return address;
  };
  const grids = [
    { shape: sourceShape, axes: sourceAxes.map(coordinates), potentials: f.map((value) => value * scale) },
    { shape: targetShape, axes: targetAxes.map(coordinates), potentials: g.map((value) => value * scale) },
  ] as const;
  let most = 0;
  for (let k = 0; k <= d; k++) {
    most = Math.max(
      most,
      size(sourceShape.slice(0, k)) * size(targetShape.slice(k)),
      size(targetShape.slice(0, k)) * size(sourceShape.slice(k)),
    );
  }
  const tensors = [workspace.alloc((most + 1) * 8), workspace.alloc((most + 1) * 8)];
  return {
    *sums(axis, weights, priced = -1) {
      const [out, from] = axis === 0 ? grids : [grids[1], grids[0]];
      let [now, next] = tensors;
      const count = weights.length;
      const logs = workspace.f64(now, count);
      logs.set(weights);
      call["log2All"](now, count);
      for (let j = 0; j < count; j++) logs[j] += from.potentials[j];
      let inner = 1;
      for (let k = d - 1; k >= 0; k--) {
        const [outs, ins] = [out.shape[k], from.shape[k]];
        const lines = inner * size(from.shape.slice(0, k));
        const step = 2 * Math.max(1, Math.floor(chunkTerms / (outs * ins)));
        for (let begin = 0; begin < lines; begin += step) {
          if (begin > 0) yield;
          const end = Math.min(lines, begin + step);
          const times = k === priced ? 1 : 0;
          call["plainAxis"](now, next, out.axes[k], from.axes[k], outs, ins, inner, begin, end, power, scale, times);
        }
        [now, next] = [next, now];
        inner *= outs;
      }
      const [n, m] = shape;
      const length = axis === 0 ? n : m;
      const held = workspace.f64(now, length + 1);
      for (let i = 0; i < length; i++) held[i] += out.potentials[i];
      held[length] = 0;
      call["exp2All"](now, length + (length & 1), 1);
      return workspace.f64(now, length).slice();
    },
  };
}

function size(shape: readonly number[]): number {
  return shape.reduce((cells, along) => cells * along, 1);
}
