// Maximum mean discrepancy: the distance of two laws in the Hilbert space of a kernel, MMD^2 = E k(X, X') + E k(Y, Y') - 2 E k(X, Y).
// Gretton, Borgwardt, Rasch, Schoelkopf and Smola, "A kernel two-sample test" (2012).
import { OtError } from "../errors/otError.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { groupMeans } from "./energy.ts";

/** Kernels of the distance r: exp(-r^2 / 2 s^2), exp(-r / s), (1 + r^2 / 2 s^2)^-1. All are characteristic: MMD = 0 only for equal laws. */
export type KernelName = "gaussian" | "laplacian" | "rational";

const kernels: Readonly<Record<KernelName, (r: number, s: number) => number>> = {
  gaussian: (r, s) => Math.exp(-(r * r) / (2 * s * s)),
  laplacian: (r, s) => Math.exp(-r / s),
  rational: (r, s) => 1 / (1 + (r * r) / (2 * s * s)),
};

/** The names that {@link KernelName} knows. */
export const kernelNames = Object.keys(kernels) as readonly KernelName[];

/** The median of the distances between different members: the usual bandwidth. 1 where all coincide. */
export function medianDistance({ data, rows: N }: Matrix): number {
  const values = new Float64Array((N * (N - 1)) / 2);
  for (let i = 0, k = 0; i < N; i++) for (let j = i + 1; j < N; j++) values[k++] = data[i * N + j];
  values.sort();
  const middle = values.length >> 1;
  const median = values.length % 2 === 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  if (median > 0) return median;
  const largest = values[values.length - 1] ?? 0;
  return largest > 0 ? largest : 1;
}

/** The kernel of each pairwise distance. Throws `InvalidValue` for the kernel or the bandwidth. */
export function kernelMatrix({ data, rows, cols }: Matrix, kernel: KernelName, bandwidth: number): Matrix {
  const k = kernels[kernel];
  if (k === undefined || !(bandwidth > 0 && bandwidth < Infinity)) {
    const argument = k === undefined ? "options.kernel" : "options.bandwidth";
    throw new OtError("InvalidValue", `${argument} is ${k === undefined ? kernel : bandwidth}.`, {
      argument,
      seen: k === undefined ? kernel : bandwidth,
      cure: `Use one of ${kernelNames.join(", ")} and a bandwidth above 0.`,
    });
  }
  return { data: data.map((r) => k(r, bandwidth)), rows, cols };
}

/** The biased estimate of MMD^2 between the members `a` and `b` of a kernel matrix, which is never negative: each member is paired with itself, too. */
export function discrepancy(kernel: Matrix, a: Int32Array, b: Int32Array): number {
  const { between, withinA, withinB } = groupMeans(kernel, a, b);
  return Math.max(0, withinA + withinB - 2 * between);
}
