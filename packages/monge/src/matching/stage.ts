// The two sides in kernel memory, and what is computed of them for one camera after another: features, near pairs, soft assignments.
import type { GpuMatching } from "../kernels/webgpu/matching.ts";
import type { Workspace } from "../kernels/workspace.ts";
import { type Camera, linearPart } from "./camera.ts";
import { featureCount, features } from "./features.ts";
import type { NormalisedProblem } from "./normalise.ts";

/** Widths of the noise: of positions, in radii of the picture, and of log covariances. */
export interface Widths {
  readonly position: number;
  readonly shape: number;
}

/** The targets that take part: all, or some of them. */
export interface Targets {
  readonly count: number;
  /** Their indices among the ellipses. */
  readonly index: Int32Array;
  /** Their features, count x 5. */
  readonly values: Float64Array;
  readonly address: number;
  readonly order: number;
}

/** Pairs with their squared distances (or, once balanced, masses), valid until the next call. */
export interface NearPairs {
  readonly count: number;
  /** i, j alternating; j counts the targets that take part. */
  readonly pairs: Int32Array;
  readonly values: Float64Array;
}

/** The two sides, ready for kernels. */
export interface Stage {
  readonly n: number;
  readonly m: number;
  /** Added to the standard deviations of all ellipses: what is smaller is not told apart. */
  readonly blur: number;
  /** See {@link StageOptions}. */
  readonly presence: Float64Array | null;
  readonly all: Targets;
  /** By how much the logarithms of the covariances of the targets are lowered: 2 log of the standard deviations that they are drawn at; 0 at first. */
  inflation(): number;
  setInflation(value: number): void;
  some(index: Int32Array): Targets;
  /** Features of the projected ellipsoids, n x 5, valid until the next call. */
  project(camera: Camera): Float64Array;
  depths(): Float64Array;
  /** Near pairs of the last projection: d^2 < limit, further features added. */
  near(targets: Targets, widths: Widths, limit: number): NearPairs;
  /** sum_j log(1 + sum_i exp(-d^2 / 2) / rest) over the pairs found last. */
  score(targets: Targets, rest: number): number;
  /** Turns the pairs found last into masses of a soft partial assignment. */
  balance(targets: Targets, rest: number, sweeps: number): NearPairs;
  /** For every ellipsoid the mass of its pairs, and the mass times their features: n x 6. */
  gather(targets: Targets): Float64Array;
  /**
   * The normal equations (k x k and k) of the step of a camera towards `sums` (as `gather` tells them), `moved` being the camera after a small step of
   * `difference` in each of its k unknowns.
   */
  equations(
    camera: Camera,
    moved: readonly Camera[],
    difference: number,
    sums: Float64Array,
    widths: Widths,
  ): { H: Float64Array; g: Float64Array };
  /** Memory and addresses for further kernels. */
  readonly workspace: Workspace;
  readonly projected: number;
  /** A camera as kernels take it, wherever they run. */
  numbers(camera: Camera): Float64Array;
  /** Where votes are counted instead of here. */
  readonly device: Device | null;
}

/** Kernels that answer later: whoever drives a search waits for `waiting`, which never rejects, where a step leaves it so. */
export interface Device {
  readonly kernels: GpuMatching;
  waiting: Promise<void> | null;
}

const headerDoubles = 14;
/** Unknowns of a camera at most, as in assembly/matching/equations.ts. */
const mostUnknowns = 8;
const cells = 256 * 256 + 2;

/** What the two sides are, beyond where they are. */
export interface StageOptions {
  /** Added to the standard deviations of all ellipses. */
  readonly blur: number;
  /** Added to the variances of the projected ellipsoids. */
  readonly dilation: number;
  /** Standard deviations of exact outlines; 0: the first-order rule. */
  readonly outline: number;
  /** Further features of ellipsoids (n x k) and ellipses (m x k), in the unit of their spread. */
  readonly extra: { readonly scene: Float64Array; readonly view: Float64Array; readonly k: number } | null;
  /** What else is known of each ellipsoid to be seen, in nats of evidence for its pairs. */
  readonly presence?: Float64Array;
}

/** Copies both sides in. */
export function openStage(
  workspace: Workspace,
  problem: NormalisedProblem,
  options: StageOptions,
  device: Device | null = null,
): Stage {
  const { blur, dilation, outline, extra } = options;
  const { call } = workspace;
  const { scene, view } = problem;
  const n = scene.count;
  const m = view.count;
  const means = workspace.alloc(24 * n);
  const covariances = workspace.alloc(48 * n);
  workspace.f64(means, 3 * n).set(scene.means);
  workspace.f64(covariances, 6 * n).set(scene.covariances);
  const camera = workspace.alloc(8 * headerDoubles);
  const projected = workspace.alloc(40 * n);
  const depths = workspace.alloc(8 * n);
  const sums = workspace.alloc(48 * n);
  const u = workspace.alloc(8 * n);
  const v = workspace.alloc(8 * m);
  const starts = workspace.alloc(4 * cells);
  const moves = workspace.alloc(40 * n * mostUnknowns);
  const square = workspace.alloc(8 * mostUnknowns * (mostUnknowns + 1));
  const given = features(view, blur);
  const laid: Targets[] = [];
  let inflation = 0;
  const lay = (index: Int32Array): Targets => {
    const count = index.length;
    const address = workspace.alloc(40 * count);
    const order = workspace.alloc(4 * count);
    const values = new Float64Array(featureCount * count);
    for (let k = 0; k < count; k++) {
      values.set(given.subarray(featureCount * index[k], featureCount * (index[k] + 1)), featureCount * k);
    }
    workspace.f64(address, featureCount * count).set(values);
    const targets = { count, index, values, address, order };
    laid.push(targets);
    return targets;
  };
  const all = lay(Int32Array.from({ length: m }, (_, j) => j));
  let room = 0;
  let pairs = 0;
  let values = 0;
  let count = 0;
  const found = (): NearPairs => ({
    count,
    pairs: workspace.i32(pairs, 2 * count),
    values: workspace.f64(values, count),
  });
  const grow = (wanted: number): void => {
    room = Math.ceil(1.5 * wanted) + 1024;
    pairs = workspace.alloc(8 * (room + 1));
    values = workspace.alloc(8 * (room + 1));
  };
  grow(16 * Math.max(n, m));
  /** Adds the squared differences of the further features. */
  const addExtra = (targets: Targets): void => {
    if (extra === null) return;
    const { scene: left, view: right, k } = extra;
    const [at, d] = [workspace.i32(pairs, 2 * count), workspace.f64(values, count)];
    for (let e = 0; e < count; e++) {
      const p = at[2 * e] * k;
      const q = targets.index[at[2 * e + 1]] * k;
      for (let c = 0; c < k; c++) d[e] += (left[p + c] - right[q + c]) ** 2;
    }
  };
  const variance = blur * blur + dilation;
  const show = (given: Camera): void => {
    workspace.f64(camera, headerDoubles).set(header(given, outline));
  };
  return {
    n,
    m,
    blur,
    presence: options.presence ?? null,
    all,
    some: lay,
    inflation: () => inflation,
    setInflation(value) {
      if (value === inflation) return;
      for (let j = 0; j < m; j++) given[featureCount * j + 2] += inflation - value;
      for (const { count, values, address } of laid) {
        for (let k = 0; k < count; k++) values[featureCount * k + 2] += inflation - value;
        workspace.f64(address, featureCount * count).set(values);
      }
      inflation = value;
    },
    workspace,
    projected,
    numbers: (camera) => header(camera, outline),
    device,
    project(given) {
      show(given);
      call["projectAll"](n, means, covariances, camera, variance, projected, depths);
      return workspace.f64(projected, featureCount * n);
    },
    depths: () => workspace.f64(depths, n),
    near(targets, widths, limit) {
      call["pairsGrid"](targets.count, targets.address, Math.sqrt(limit) * widths.position, starts, targets.order);
      const find = (): number =>
        call["pairsFind"](n, projected, targets.address, widths.position, widths.shape, limit, room, pairs, values);
      count = find();
      if (count > room) {
        grow(count);
        count = find();
      }
      addExtra(targets);
      return found();
    },
    score: (targets, rest) => call["pairsScore"](targets.count, count, pairs, values, rest, v),
    balance(targets, rest, sweeps) {
      call["pairsBalance"](n, targets.count, count, pairs, values, rest, sweeps, u, v);
      return found();
    },
    gather(targets) {
      call["pairsGather"](n, count, pairs, values, targets.address, sums);
      return workspace.f64(sums, 6 * n);
    },
    equations(given, moved, difference, wanted, { position, shape }) {
      const k = moved.length;
      workspace.f64(sums, 6 * n).set(wanted);
      for (const [p, other] of moved.entries()) {
        show(other);
        call["projectSome"](n, means, covariances, camera, variance, sums, moves + 40 * n * p, depths);
      }
      show(given);
      call["projectAll"](n, means, covariances, camera, variance, projected, depths);
      const g = square + 8 * mostUnknowns * mostUnknowns;
      const [wx, wc] = [1 / position ** 2, 1 / shape ** 2];
      call["normalEquations"](n, k, projected, moves, sums, wx, wc, difference, square, g);
      const rows = workspace.f64(square, mostUnknowns * mostUnknowns);
      const H = new Float64Array(k * k);
      for (let p = 0; p < k; p++) {
        for (let q = 0; q < k; q++) H[p * k + q] = rows[mostUnknowns * Math.max(p, q) + Math.min(p, q)];
      }
      return { H, g: workspace.f64(g, k).slice() };
    },
  };
}

/** A camera as the kernels take it; principal points of normalised cameras are the origin. */
function header(camera: Camera, outline: number): Float64Array {
  const out = new Float64Array(headerDoubles);
  if (camera.projection === "perspective") {
    out.set(camera.R);
    out.set(camera.t, 9);
    out[12] = camera.intrinsics.fx;
  } else {
    out.set(linearPart(camera));
    out.set(camera.t, 9);
  }
  out[headerDoubles - 1] = outline;
  return out;
}
