// The task of a match, checked: both sides normalised, what is known of the camera, what else tells Gaussians apart.
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import type { Mixture } from "../measure/mixture.ts";
import type { RunOptions } from "../run/options.ts";
import type { Camera, Intrinsics } from "./camera.ts";
import { type CameraModel, type NormalisedProblem, normaliseProblem } from "./normalise.ts";
import { allowedDirections, type MatchPrior, type SoftPrior } from "./prior.ts";
import { checkCamera, checkIntrinsics, readEllipses, readEllipsoids } from "./sides.ts";
import type { StageOptions } from "./stage.ts";

/** How hypotheses are made: see {@link MatchOptions.route}. */
export type MatchRoute = "bures" | "sampled" | "gromov";

const routes: readonly string[] = ["bures", "sampled", "gromov"];

/** Options of `matchGaussians`. */
export interface MatchOptions extends RunOptions {
  /** A camera that is known, or what kind of camera it was. */
  readonly camera: CameraModel | Camera;
  /** Of a `"perspective"` camera. */
  readonly intrinsics?: Intrinsics;
  readonly prior?: MatchPrior;
  /**
   * Where hypotheses come from; refinement, evidence and links are the same. `"bures"` (default): votes of pairs of alike ellipses. `"sampled"`:
   * a blind Wasserstein barycentre of samples, from positions and densities alone. `"gromov"`: fused Gromov-Wasserstein transport between pictures,
   * from distances, sizes and elongations. The latter two need views that show most of the scene.
   */
  readonly route?: MatchRoute;
  /** Variance that the renderer of the ellipses added in every direction, in the square of their unit; default 0. (3-D Gaussian splatting adds 0.3.) */
  readonly dilation?: number;
  /**
   * For perspective cameras: the ellipses are exact outlines of the ellipsoids of so many standard deviations (their covariances those of the
   * outlines over the square of it). Default: first-order images, as splat renderers make them.
   */
  readonly outline?: number;
  /**
   * Further features that tell Gaussians apart, such as colours: n x k for the ellipsoids, m x k for the ellipses, and the standard deviation of each
   * that noise makes of it.
   */
  readonly features?: {
    readonly ellipsoids: ArrayLike<number>;
    readonly ellipses: ArrayLike<number>;
    readonly spread: ArrayLike<number>;
  };
  /** Whether to look for ellipses that are several ellipsoids and the other way round; default true. */
  readonly groups?: boolean;
  /**
   * Where the votes of the route `"bures"` are counted: `"wasm"` (default), or `"webgpu"`, for many directions at once in f32, in the asynchronous form alone; poses are
   * refined and explained by the wasm kernels in either case. Throws `Unsupported` in the other forms, `KernelUnavailable` without a device.
   */
  readonly backend?: "wasm" | "webgpu";
}

/** What is smaller than this share of the typical ellipse is blurred. */
const blurShare = 0.1;

/** A checked task. */
export interface MatchTask {
  readonly problem: NormalisedProblem;
  readonly known: Camera | null;
  readonly prior: MatchPrior;
  readonly soft: SoftPrior;
  readonly weights: { readonly scene: Float64Array; readonly view: Float64Array };
  readonly stage: StageOptions;
  readonly join: boolean;
  readonly backend: "wasm" | "webgpu";
  readonly route: MatchRoute;
  readonly seed: number;
}

/** Reads and checks everything. */
export function readTask(ellipsoids: Mixture, ellipses: Mixture, options: MatchOptions): MatchTask {
  const scene = readEllipsoids(ellipsoids, "ellipsoids");
  const view = readEllipses(ellipses, "ellipses");
  const { camera, prior = {}, dilation = 0, outline = 0, route = "bures", seed = 0 } = options ?? {};
  const known = typeof camera === "object" && camera !== null ? camera : null;
  const model = known?.projection ?? camera;
  if (model !== "affine" && model !== "scaled-orthographic" && model !== "perspective") {
    throw new OtError("InvalidValue", `The camera is ${String(camera)}.`, {
      argument: "options.camera",
      seen: camera,
      cure: 'Use "affine", "scaled-orthographic", "perspective", or a camera: { projection, .. }.',
    });
  }
  if (!routes.includes(route)) throw optionOutOfRange("route", route, `Use one of ${routes.join(", ")}.`);
  if (known !== null) checkCamera(known, "options.camera");
  if (prior.near !== undefined) checkCamera(prior.near.camera, "options.prior.near.camera");
  for (const [name, value] of [
    ["dilation", dilation],
    ["outline", outline],
  ] as const) {
    if (value >= 0 && value < Infinity) continue;
    throw new OtError("InvalidValue", `${name} is ${value}.`, {
      argument: `options.${name}`,
      seen: value,
      cure: "Use a finite number of at least 0.",
    });
  }
  const perspective = model === "perspective";
  const intrinsics = !perspective
    ? null
    : known?.projection === "perspective"
      ? known.intrinsics
      : checkIntrinsics(options.intrinsics, "options.intrinsics");
  const spread = prior.focalSpread ?? 0;
  if (!(spread >= 0 && spread < Infinity)) {
    throw new OtError("InvalidValue", `prior.focalSpread is ${spread}.`, {
      argument: "options.prior.focalSpread",
      seen: spread,
      cure: "Use the relative standard deviation of the focal length: 0.2, say.",
    });
  }
  // Rays are known only with the focal length, and first-order turns would spoil exact outlines.
  const problem = normaliseProblem(scene, view, model, intrinsics, spread === 0 && !(outline > 0));
  if (perspective && known === null && allowedDirections(prior, 60, 20).length === 0) {
    throw new OtError("InvalidValue", "The priors leave no direction of view.", {
      argument: "options.prior",
      seen: prior,
      cure: "Widen the cones, or leave one of them out.",
    });
  }
  const scale = prior.scale === undefined ? undefined : normalScale(problem, prior.scale);
  return {
    problem,
    known,
    prior,
    soft: {
      scale,
      focal: perspective && spread > 0 ? { value: problem.focal, spread } : undefined,
      orthogonality: prior.orthogonality,
    },
    weights: { scene: scene.weights, view: view.weights },
    stage: {
      blur: blurShare * typicalSize(problem),
      dilation: dilation * problem.pixel ** 2,
      outline: perspective ? outline : 0,
      extra: readFeatures(options.features, scene.count, view.count),
    },
    join: options.groups ?? true,
    backend: readBackend(options.backend),
    route,
    seed,
  };
}

function readBackend(value: MatchOptions["backend"]): "wasm" | "webgpu" {
  if (value === undefined || value === "wasm" || value === "webgpu") return value ?? "wasm";
  throw optionOutOfRange("backend", value, 'Use "wasm" or "webgpu".');
}

function normalScale(
  problem: NormalisedProblem,
  { value, spread }: { value: number; spread: number },
): SoftPrior["scale"] {
  if (!(value > 0 && spread > 0)) {
    throw new OtError("InvalidValue", `prior.scale is ${value} with spread ${spread}.`, {
      argument: "options.prior.scale",
      seen: [value, spread],
      cure: "Use a scale and a relative spread above 0.",
    });
  }
  const one = { projection: "scaled-orthographic", R: [1, 0, 0, 0, 1, 0, 0, 0, 1], scale: value, t: [0, 0] } as const;
  const inner = problem.model === "scaled-orthographic" ? problem.inward(one) : null;
  return inner?.projection === "scaled-orthographic" ? { value: inner.scale, spread } : undefined;
}

function readFeatures(given: MatchOptions["features"], n: number, m: number): StageOptions["extra"] {
  if (given === undefined) return null;
  const k = given.spread.length;
  for (const [name, values, count] of [
    ["ellipsoids", given.ellipsoids, n],
    ["ellipses", given.ellipses, m],
  ] as const) {
    if (values.length === count * k) continue;
    throw new OtError("InvalidShape", `features.${name} holds ${values.length} numbers.`, {
      argument: `options.features.${name}`,
      seen: values.length,
      cure: `Pass ${k} numbers (the length of spread) for each of the ${count} ${name}.`,
    });
  }
  const over = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(values, (value, at) => value / given.spread[at % k]);
  const extra = { scene: over(given.ellipsoids), view: over(given.ellipses), k };
  if ([...extra.scene, ...extra.view].every((value) => Number.isFinite(value))) return extra;
  throw new OtError("InvalidValue", "features hold what is no finite number, or a spread of 0.", {
    argument: "options.features",
    seen: given.spread,
    cure: "Pass finite numbers, and spreads above 0.",
  });
}

/** The median of the standard deviations of the normalised ellipses: the fourth root of their determinants. */
function typicalSize({ view }: NormalisedProblem): number {
  const sizes = new Float64Array(view.count);
  for (let j = 0; j < view.count; j++) {
    const [xx, xy, yy] = view.covariances.subarray(3 * j, 3 * j + 3);
    sizes[j] = Math.max(xx * yy - xy * xy, 1e-24) ** 0.25;
  }
  return sizes.sort()[view.count >> 1];
}
