// The matrix of cost.gaussians at once, by a kernel: squared Bures-Wasserstein distances between all components of two mixtures.
import { gaussianRecords, lengthUnit, recordSize } from "../cost/gaussianRecords.ts";
import { gaussians } from "../cost/gaussians.ts";
import { gaussian } from "../kernels/gaussian.ts";
import { withWorkspace } from "../kernels/workspace.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { Mixture } from "../measure/mixture.ts";

const entriesAtOnce = 1 << 20;

/**
 * The n x m matrix of W2^2 between the components of `source` and `target` (default: `source`): what `cost.gaussians` computes entry by entry,
 * to rounding. It takes 8 n m bytes; pass it to solvers that read a matrix many times.
 *
 * Throws `InvalidShape` where the dimensions differ, `KernelUnavailable`, `OutOfMemory`.
 */
export function buresCostMatrix(source: Mixture, target: Mixture = source): Matrix {
  const [n, m] = gaussians(source, target).shape;
  const d = source.means.cols;
  const size = recordSize(d);
  const unit = lengthUnit(source, target);
  const x = gaussianRecords(source, unit);
  const y = gaussianRecords(target, unit);
  const data = new Float64Array(n * m);
  if (data.length === 0) return { data, rows: n, cols: m };
  const step = Math.max(1, Math.min(n, Math.floor(entriesAtOnce / m)));
  withWorkspace(gaussian, (workspace) => {
    const rows = workspace.alloc(8 * step * size);
    const columns = workspace.alloc(8 * y.length);
    const out = workspace.alloc(8 * step * m);
    workspace.call["distanceScratch"](workspace.alloc(8 * d * d));
    workspace.f64(columns, y.length).set(y);
    for (let begin = 0; begin < n; begin += step) {
      const count = Math.min(step, n - begin);
      workspace.f64(rows, count * size).set(x.subarray(begin * size, (begin + count) * size));
      for (let i = 0; i < count; i++) {
        workspace.call["distanceRow"](d, size, rows + 8 * i * size, columns, m, out + 8 * i * m);
      }
      data.set(workspace.f64(out, count * m), begin * m);
    }
  });
  const times = unit * unit;
  if (times !== 1) for (let k = 0; k < data.length; k++) data[k] *= times;
  return { data, rows: n, cols: m };
}
