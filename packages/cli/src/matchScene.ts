// A scene as ellipsoids: splats of any format, lists of Gaussians, or the built-in one; too many are thinned by opacity and reduced.
import { readEllipsoids, readScene } from "@monge/io";
import type { Mixture } from "monge";
import { reduceMixture } from "monge/gaussian";
import { demoScene } from "./demoScene.ts";
import { UsageError } from "./exit.ts";
import { shortName, sourceOf } from "./input.ts";
import { count, plainSpaces, plural } from "./plot/number.ts";

/** The options that concern scenes. */
export interface SceneReadOptions {
  readonly maxEllipsoids?: number;
  readonly components?: number;
  readonly minOpacity?: number;
  readonly dropInvalid?: boolean;
}

/** How many splats became few components. */
export interface Reduction {
  /** Splats of the file. */
  readonly splats: number;
  /** Those that were opaque enough. */
  readonly kept: number;
  /** Of each splat of the file its component, -1 where it was left out. */
  readonly componentOf: Int32Array;
}

/** A scene that can be matched. */
export interface MatchScene {
  readonly name: string;
  readonly ellipsoids: Mixture;
  /** n x 3, in [0, 1]. */
  readonly colours: Float64Array | null;
  readonly reduction: Reduction | null;
  /** What is up in it, where that is known. */
  readonly up: readonly number[] | null;
}

export const defaultMaxEllipsoids = 3000;
const defaultMinOpacity = 0.1;

/** Whether a path is read as a list of Gaussians; anything else is a file of splats. */
export function isList(path: string): boolean {
  return path === "-" || (/\.(json|csv|tsv|txt)$/i.test(path) && !/meta\.json$/i.test(path));
}

/**
 * Reads a scene; `note` is told of every adjustment. `seen` is the number of ellipses of its largest view, where there is one: components as large
 * as what a detector sees are matched best, and twice as many as it saw are about that.
 */
export async function readMatchScene(
  path: string,
  given: SceneReadOptions,
  note: (text: string) => void,
  seen?: number,
): Promise<MatchScene> {
  const options = { ...given, components: given.components ?? (seen === undefined ? undefined : 2 * seen) };
  const name = shortName(path);
  if (path === "demo") {
    const { ellipsoids, colours } = demoScene();
    return { name: "demo", ellipsoids, colours, reduction: null, up: [0, 0, 1] };
  }
  if (isList(path)) {
    const { colours, ...list } = await readEllipsoids(await sourceOf(path));
    return atMost(name, list, colours?.data ?? null, list.weights, options, note);
  }
  const scene = await readScene(await sourceOf(path), options.dropInvalid ? { invalid: "drop" } : {});
  if (scene.repairs.dropped > 0) note(`${name}: ${plural(scene.repairs.dropped, "invalid splat")} left out.`);
  const { means, covariances, opacities, colours } = scene;
  const weights = opacities.map((opacity, i) => opacity * spread(covariances.subarray(9 * i, 9 * i + 9)));
  // A scene without any mass is one in which every splat is as good.
  if (!weights.some((weight) => weight > 0)) weights.fill(1);
  return atMost(name, { kind: "mixture", means, covariances, weights }, colours.data, opacities, options, note);
}

/** As large as the area of an ellipsoid, flat ones too: the root of l1 l2 + l1 l3 + l2 l3 over the eigenvalues of its covariance. */
function spread(S: Float64Array): number {
  const minors = S[0] * S[4] - S[1] * S[1] + S[0] * S[8] - S[2] * S[2] + S[4] * S[8] - S[5] * S[5];
  return Math.sqrt(Math.max(0, minors));
}

/** The scene, reduced where it is too large. */
function atMost(
  name: string,
  all: Mixture,
  colours: Float64Array | null,
  opacities: Float64Array,
  options: SceneReadOptions,
  note: (text: string) => void,
): MatchScene {
  const most = options.maxEllipsoids ?? defaultMaxEllipsoids;
  const wanted = Math.min(most, options.components ?? most);
  if (wanted < 1)
    throw new UsageError("--max-ellipsoids or --components 0 leaves nothing.", "Use a number of at least 1.");
  const splats = all.means.rows;
  if (splats <= most) return { name, ellipsoids: all, colours, reduction: null, up: null };
  const least = options.minOpacity ?? defaultMinOpacity;
  const largest = opacities.reduce((max, value) => Math.max(max, value), 0);
  // Weights of lists have no scale: there the share is of the largest.
  const scale = isUnit(opacities) ? 1 : largest;
  const kept = [...opacities.keys()].filter((i) => opacities[i] >= least * scale && all.weights[i] > 0);
  if (kept.length === 0)
    throw new UsageError(
      `No splat of ${name} has opacity ${least} or more: the largest is ${largest.toPrecision(3)}.`,
      "Lower --min-opacity, or raise --max-ellipsoids.",
    );
  const componentOf = new Int32Array(splats).fill(-1);
  const some = picked(all, kept);
  const reduced = kept.length <= wanted ? null : reduceMixture(some, { components: wanted });
  kept.forEach((i, k) => {
    componentOf[i] = reduced === null ? k : reduced.labels[k];
  });
  const ellipsoids = reduced?.mixture ?? some;
  note(
    plainSpaces(
      `${name}: ${count(splats)} splats, ${count(kept.length)} of opacity ${least} or more, matched as ${plural(ellipsoids.means.rows, "component")} (--max-ellipsoids, --components).`,
    ),
  );
  return {
    name,
    ellipsoids,
    colours: colours && meanColours(colours, all.weights, componentOf, ellipsoids.means.rows),
    reduction: { splats, kept: kept.length, componentOf },
    up: null,
  };
}

function isUnit(opacities: Float64Array): boolean {
  const largest = opacities.reduce((max, value) => Math.max(max, value), 0);
  return largest > 0.5 && largest <= 1;
}

function picked({ means, covariances, weights }: Mixture, kept: readonly number[]): Mixture {
  const some = (data: Float64Array, width: number): Float64Array => {
    const out = new Float64Array(width * kept.length);
    kept.forEach((i, k) => out.set(data.subarray(width * i, width * (i + 1)), width * k));
    return out;
  };
  return {
    kind: "mixture",
    means: { data: some(means.data, 3), rows: kept.length, cols: 3 },
    covariances: some(covariances, 9),
    weights: some(weights, 1),
  };
}

function meanColours(colours: Float64Array, weights: Float64Array, of: Int32Array, n: number): Float64Array {
  const out = new Float64Array(3 * n);
  const mass = new Float64Array(n);
  of.forEach((component, i) => {
    if (component < 0) return;
    mass[component] += weights[i];
    for (let k = 0; k < 3; k++) out[3 * component + k] += weights[i] * colours[3 * i + k];
  });
  return out.map((sum, k) => sum / (mass[Math.floor(k / 3)] || 1));
}
