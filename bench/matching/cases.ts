// The cases of the matching benchmark: what is planted, and what has to come out.
import type { CameraModel, ViewOptions } from "monge/matching";
import type { SceneKind } from "./scenes.ts";

/** One row of the table, for one number of ellipsoids. */
export interface MatchCase {
  readonly name: string;
  readonly title: string;
  readonly n: number;
  readonly kinds: readonly SceneKind[];
  readonly camera: CameraModel;
  /** The camera is told. */
  readonly known?: boolean;
  readonly view: ViewOptions;
  /** Standard deviations that the ellipses are drawn at. */
  readonly drawn?: number;
  /** Both sides reduced by themselves, from so many. */
  readonly from?: number;
  /** Degrees of the cone that is told. */
  readonly cone?: number;
  /** What is asked of it: planted poses found, views of something else refused, all poses of a symmetric scene told. */
  readonly asks: "pose" | "links" | "refusal" | "symmetry" | "reduction";
  /** Share of successes, recall against that of the oracle, precision and recall of links, groups: at least. */
  readonly require: {
    readonly success?: number;
    readonly recallBelowOracle?: number;
    readonly precision?: number;
    readonly recall?: number;
    readonly groups?: number;
    readonly seconds?: number;
  };
  readonly runs: number;
  /** Real scenes need a file. */
  readonly file?: boolean;
}

const usual: ViewOptions = { unseen: 0.2, spurious: 0.2, noise: 0.004, covarianceNoise: 0.1 };
const harder: ViewOptions = { unseen: 0.3, spurious: 0.3, noise: 0.01, covarianceNoise: 0.2 };
const all: readonly SceneKind[] = ["ball", "clusters", "surface"];
const sizes = [200, 1000, 3000] as const;
const runsOf = (n: number): number => (n > 1000 ? 20 : 100);

function rows(
  name: string,
  title: string,
  camera: CameraModel,
  view: ViewOptions,
  require: (n: number, k: number) => MatchCase["require"],
  more: Partial<MatchCase> & { readonly sizes?: readonly number[] } = {},
): MatchCase[] {
  const { sizes: wanted = sizes, ...rest } = more;
  return wanted.map((n) => ({
    name: `${name}-${n}`,
    title: `${title}, n = ${n}`,
    n,
    kinds: all,
    camera,
    view,
    asks: "pose",
    require: require(n, sizes.indexOf(n as 200)),
    runs: runsOf(n),
    ...rest,
  }));
}

const seconds =
  (...limits: readonly number[]) =>
  (k: number): number =>
    limits[Math.max(k, 0)];

/** The cases, the synthetic ones first. */
export const matchCases: readonly MatchCase[] = [
  ...rows(
    "known-clean",
    "camera known, clean",
    "perspective",
    {},
    (_, k) => ({ precision: 1, recall: 1, seconds: seconds(0.02, 0.1, 0.4)(k) }),
    { known: true, asks: "links" },
  ),
  ...rows(
    "known",
    "camera known",
    "perspective",
    usual,
    (_, k) => ({ precision: 0.99, recall: 0.995, seconds: seconds(0.02, 0.1, 0.4)(k) }),
    { known: true, asks: "links" },
  ),
  ...rows("orthographic", "scaled orthographic", "scaled-orthographic", usual, (_, k) => ({
    success: 0.99,
    recallBelowOracle: 0.003,
    seconds: seconds(1, 2, 4)(k),
  })),
  ...rows("perspective", "perspective", "perspective", usual, (_, k) => ({
    success: 0.99,
    recallBelowOracle: 0.003,
    seconds: seconds(1, 2, 4)(k),
  })),
  ...rows("affine", "affine", "affine", usual, (_, k) => ({
    success: 0.97,
    recallBelowOracle: 0.005,
    seconds: seconds(1.5, 3, 6)(k),
  })),
  ...rows("harder", "30 % + 30 %, noise 1 % and 20 %, scaled orthographic", "scaled-orthographic", harder, (_, k) => ({
    success: 0.97,
    recallBelowOracle: 0.01,
    seconds: seconds(2, 4, 8)(k),
  })),
  ...rows(
    "harder-perspective",
    "30 % + 30 %, noise 1 % and 20 %, perspective",
    "perspective",
    harder,
    (_, k) => ({ success: 0.97, recallBelowOracle: 0.01, seconds: seconds(2, 4, 8)(k) }),
    { sizes: [200, 1000] },
  ),
  ...rows(
    "harder-affine",
    "30 % + 30 %, noise 1 % and 20 %, affine",
    "affine",
    harder,
    (_, k) => ({ success: 0.97, recallBelowOracle: 0.01, seconds: seconds(3, 6, 12)(k) }),
    { sizes: [200] },
  ),
  ...rows(
    "half",
    "50 % + 50 %",
    "scaled-orthographic",
    { ...usual, unseen: 0.5, spurious: 0.5 },
    () => ({ success: 0.95, precision: 0.96, recall: 0.97, seconds: 2 }),
    { sizes: [200] },
  ),
  ...rows("crop-30", "crop 30 %, scaled orthographic", "scaled-orthographic", { ...usual, crop: 0.3 }, (_, k) => ({
    success: 0.95,
    recallBelowOracle: 0.01,
    seconds: seconds(5, 6, 8)(k),
  })),
  ...rows(
    "crop-30-perspective",
    "crop 30 %, perspective",
    "perspective",
    { ...usual, crop: 0.3 },
    (_, k) => ({ success: 0.95, recallBelowOracle: 0.01, seconds: seconds(5, 6, 8)(k) }),
    { sizes: [200] },
  ),
  ...rows("crop-50", "crop 50 %, scaled orthographic", "scaled-orthographic", { ...usual, crop: 0.5 }, (_, k) => ({
    success: 0.8,
    recallBelowOracle: 0.01,
    seconds: seconds(5, 6, 8)(k),
  })),
  ...rows("merged", "20 % merged", "scaled-orthographic", { ...usual, merge: 0.2 }, (_, k) => ({
    success: 0.97,
    precision: 0.98,
    groups: seconds(0.8, 0.65, 0.55)(k),
    seconds: seconds(1, 2, 4)(k),
  })),
  ...rows("split", "10 % split", "scaled-orthographic", { ...usual, split: 0.1 }, (_, k) => ({
    success: 0.97,
    precision: 0.96,
    groups: seconds(0.8, 0.65, 0.55)(k),
    seconds: seconds(1, 2, 4)(k),
  })),
  ...rows(
    "cone",
    "prior cone of 20 degrees",
    "scaled-orthographic",
    usual,
    () => ({ success: 0.99, recallBelowOracle: 0.003, seconds: 0.3 }),
    { sizes: [1000], cone: 20 },
  ),
  ...rows(
    "occluded",
    "depth-ordered occlusion 40 %, noise 1 % and 20 %",
    "perspective",
    { occlude: 0.4, spurious: 0.2, noise: 0.01, covarianceNoise: 0.2 },
    () => ({ success: 0.95, recallBelowOracle: 0.01, seconds: 6 }),
    { sizes: [1000] },
  ),
  ...rows(
    "tiny",
    "tiny dense clusters, crop 30 %",
    "scaled-orthographic",
    { ...usual, crop: 0.3 },
    () => ({ success: 0.9, recallBelowOracle: 0.02, seconds: 10 }),
    { sizes: [200, 1000], kinds: ["tiny"] },
  ),
  ...rows(
    "affine-crop",
    "affine, crop 30 %",
    "affine",
    { ...usual, crop: 0.3 },
    () => ({ success: 0.9, recallBelowOracle: 0.02, seconds: 10 }),
    { sizes: [200, 1000] },
  ),
  ...rows(
    "drawn-1.5",
    "ellipses drawn at 1.5 standard deviations",
    "scaled-orthographic",
    usual,
    () => ({ success: 0.9, recallBelowOracle: 0.02, seconds: 10 }),
    { sizes: [200], drawn: 1.5 },
  ),
  ...rows(
    "drawn-2",
    "ellipses drawn at 2 standard deviations",
    "scaled-orthographic",
    usual,
    () => ({ success: 0.9, recallBelowOracle: 0.02, seconds: 10 }),
    { sizes: [200], drawn: 2 },
  ),
  ...rows(
    "reduced",
    "scene and view reduced independently from 100 000",
    "scaled-orthographic",
    {},
    () => ({ success: 0.8, seconds: 10 }),
    { sizes: [500], kinds: ["clusters"], from: 100_000, asks: "reduction", runs: 20 },
  ),
  ...rows("fourfold", "fourfold symmetric scene", "scaled-orthographic", usual, () => ({ success: 1 }), {
    sizes: [200],
    kinds: ["fourfold"],
    asks: "symmetry",
    runs: 20,
  }),
  ...rows("unrelated", "unrelated clouds", "scaled-orthographic", usual, () => ({ success: 0.99 }), {
    sizes: [200],
    asks: "refusal",
    runs: 200,
  }),
  ...rows(
    "splats",
    "a splat scene, scaled orthographic",
    "scaled-orthographic",
    usual,
    (_, k) => ({ success: 0.99, recallBelowOracle: 0.003, seconds: seconds(1, 2, 4)(k) }),
    { sizes: [300, 1000, 3000], kinds: ["splats"], file: true, runs: 20 },
  ),
  ...rows(
    "splats-perspective",
    "a splat scene, perspective",
    "perspective",
    usual,
    (_, k) => ({ success: 0.99, recallBelowOracle: 0.003, seconds: seconds(1, 2, 4)(k) }),
    { sizes: [300, 1000, 3000], kinds: ["splats"], file: true, runs: 20 },
  ),
  ...rows(
    "splats-affine",
    "a splat scene, affine",
    "affine",
    usual,
    (_, k) => ({ success: 0.97, recallBelowOracle: 0.005, seconds: seconds(1.5, 3, 6)(k) }),
    { sizes: [300, 1000], kinds: ["splats"], file: true, runs: 20 },
  ),
  ...rows(
    "splats-crop",
    "a splat scene, crop 30 %",
    "scaled-orthographic",
    { ...usual, crop: 0.3 },
    () => ({ success: 0.95, recallBelowOracle: 0.01, seconds: 8 }),
    { sizes: [300, 1000], kinds: ["splats"], file: true, runs: 20 },
  ),
  ...rows(
    "splats-harder",
    "a splat scene, 30 % + 30 %, noise 1 % and 20 %",
    "scaled-orthographic",
    harder,
    () => ({ success: 0.97, recallBelowOracle: 0.01, seconds: 8 }),
    { sizes: [300, 1000], kinds: ["splats"], file: true, runs: 20 },
  ),
  ...rows(
    "splats-reduced",
    "a splat scene, scene and view reduced independently",
    "scaled-orthographic",
    {},
    () => ({ success: 0.8, seconds: 10 }),
    { sizes: [500], kinds: ["splats"], file: true, from: 100_000, asks: "reduction", runs: 20 },
  ),
];
