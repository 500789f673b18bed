// The image in the middle of each group: the debiased entropic barycenter on the grid, which moves what pixel means blur.
// min over a of the mean Sinkhorn divergence to the images of the group; Janati, Cuturi and Gramfort (2020), see monge/barycenter.
import { barycenter } from "../barycenter/barycenter.ts";
import { grid } from "../cost/grid.ts";
import { gridSquared } from "../exact/grid/gridSquared.ts";
import { type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import type { AsyncOptions, Progress, Status } from "../run/options.ts";
import { groupsOf } from "../statistics/energy.ts";

/** Options of {@link groupBarycenters}. */
export interface GroupBarycenterOptions extends Pick<AsyncOptions, "signal"> {
  /** Weight of the entropy as a multiple of the largest squared distance on the grid, > 0; default 0.005. */
  readonly relativeEpsilon?: number;
  /** Rounds at most; default 200. */
  readonly maxIterations?: number;
  onProgress?(progress: Progress): void;
}

/** The barycenters of two groups. */
export interface GroupBarycenters {
  /** Masses of either barycenter; they sum to 1. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Exact W2 between the two, in pixels. */
  readonly distance: number;
  /** Weight of the entropy, in squared pixels. */
  readonly epsilon: number;
  /** How either computation ended. */
  readonly status: readonly [Status, Status];
}

/**
 * The barycenters of groups 0 and 1 of `images` (K x (rows * columns) intensities, row-major), each image as shares of its intensity.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`; rejects with `signal.reason` on abort.
 */
export async function groupBarycenters(
  images: MatrixLike,
  shape: readonly [number, number],
  labels: ArrayLike<number>,
  options: GroupBarycenterOptions = {},
): Promise<GroupBarycenters> {
  const { relativeEpsilon = 0.005, maxIterations = 200, signal, onProgress } = options;
  const { data, cols: cells } = toMatrix(images, "images");
  const C = grid(shape);
  const found = [];
  for (const members of groupsOf(labels)) {
    const shares = Array.from(members, (k) => {
      const image = Float64Array.from(data.subarray(k * cells, (k + 1) * cells));
      const total = sum(image);
      return image.map((value) => value / total);
    });
    const settings = { relativeEpsilon, maxIterations, debiased: true, annealing: "none", tolerance: 1e-4 } as const;
    found.push(await barycenter.async(shares, C, null, { ...settings, signal, onProgress }));
  }
  const [a, b] = found.map(({ weights }) => {
    const total = sum(weights);
    return weights.map((value) => value / total);
  });
  const [square] = gridSquared([Array.from(a), Array.from(b)], shape).values;
  return {
    a,
    b,
    distance: Math.sqrt(Math.max(0, square)),
    epsilon: found[0].epsilon,
    status: [found[0].report.status, found[1].report.status],
  };
}
