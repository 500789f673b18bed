// A view of a scene as a detector might report it: noise, unseen and spurious ellipses, occlusion, crops, merges and splits; with the truth.
import { optionOutOfRange } from "../errors/otError.ts";
import { type Random, random } from "../linalg/random.ts";
import type { Mixture } from "../measure/mixture.ts";
import { type Camera, type Ellipsoids, project } from "./camera.ts";
import { randomRotation } from "./rotation.ts";
import { checkCamera, ellipsesMixture, readEllipsoids } from "./sides.ts";
import { apply2, congruence2, type Symmetric2 } from "./symmetric2.ts";

/** What is wrong with the view; every share is in [0, 1), and 0 by default. */
export interface ViewOptions {
  /** Share of the ellipsoids that no ellipse is made for. */
  readonly unseen?: number;
  /** Share of the ellipses that no ellipsoid is behind. */
  readonly spurious?: number;
  /** Standard deviation of each coordinate of the means, as a multiple of the image's radius (that of the disc with the view's second moments). */
  readonly noise?: number;
  /** Noise of the covariances: S becomes S^1/2 exp(E) S^1/2, entries of E normal with this standard deviation. */
  readonly covarianceNoise?: number;
  /** Share of the ellipsoids that are hidden: those covered most by nearer ones. */
  readonly occlude?: number;
  /** Share of the ellipses cut off: what lies outside a disc around a point of the view. */
  readonly crop?: number;
  /** Share of the ellipses that are made of two or three neighbours. */
  readonly merge?: number;
  /** Share of the ellipsoids that are seen as two ellipses. */
  readonly split?: number;
  readonly seed?: number;
}

/** A simulated view. */
export interface SimulatedView {
  /** Weights are those of the ellipsoids behind them, 1 for spurious ones. */
  readonly ellipses: Mixture;
  /** For each ellipse the ellipsoids behind it: none for a spurious one, several for a merged one. */
  readonly origins: readonly (readonly number[])[];
  /** The radius that the noise refers to. */
  readonly radius: number;
}

interface Blob {
  readonly mean: readonly [number, number];
  readonly covariance: Symmetric2;
  readonly weight: number;
  readonly origins: readonly number[];
}

/**
 * Shows a scene through a camera, with everything that the options ask for; the ellipses come in random order. Without options it is the clean
 * projection of what is in front of the camera.
 *
 * Throws `InvalidShape`, `InvalidValue`.
 */
export function simulateView(ellipsoids: Mixture, camera: Camera, options: ViewOptions = {}): SimulatedView {
  const scene = readEllipsoids(ellipsoids, "ellipsoids");
  checkCamera(camera, "camera");
  for (const [name, value] of Object.entries(options)) {
    const most = name === "noise" || name === "covarianceNoise" ? Infinity : 1;
    if (name === "seed" || value === undefined || (value >= 0 && value < most)) continue;
    throw optionOutOfRange(name, value, most === 1 ? "Use a share in [0, 1)." : "Use a finite number of at least 0.");
  }
  const stream = random(options.seed ?? 0);
  const { means, covariances, depths } = project(scene, camera);
  const perspective = camera.projection === "perspective";
  let blobs: (Blob & { depth: number })[] = [];
  for (let i = 0; i < scene.count; i++) {
    if (perspective && !(depths[i] > 0)) continue;
    blobs.push({
      mean: [means[2 * i], means[2 * i + 1]],
      covariance: [covariances[3 * i], covariances[3 * i + 1], covariances[3 * i + 2]],
      weight: scene.weights[i],
      origins: [i],
      depth: depths[i],
    });
  }
  if (blobs.length === 0) return gather([], 0, stream);
  if (options.occlude) blobs = visible(blobs, options.occlude);
  const { center, radius } = extent(blobs);
  if (options.unseen) blobs = without(blobs, options.unseen, stream);
  let shown: Blob[] = blobs;
  let middle = center;
  let reach = radius;
  if (options.crop) {
    const from = shown[stream.integer(shown.length)].mean;
    middle = [(center[0] + from[0]) / 2, (center[1] + from[1]) / 2];
    const far = (blob: Blob): number => Math.hypot(blob.mean[0] - middle[0], blob.mean[1] - middle[1]);
    const sorted = shown.map(far).sort((p, q) => p - q);
    reach = sorted[Math.max(0, Math.ceil((1 - options.crop) * sorted.length) - 1)];
    shown = shown.filter((blob) => far(blob) <= reach);
  }
  if (options.merge) shown = merged(shown, options.merge, stream);
  if (options.split)
    shown = shown.flatMap((blob) => (stream.uniform() < (options.split as number) ? halves(blob) : [blob]));
  shown = shown.map((blob) => disturbed(blob, (options.noise ?? 0) * radius, options.covarianceNoise ?? 0, stream));
  const share = options.spurious ?? 0;
  const wrong = Math.round((share / (1 - share)) * shown.length);
  for (let k = 0; k < wrong; k++) shown.push(spurious(scene, camera, middle, reach, stream));
  return gather(shown, radius, stream);
}

/** The disc with the second moments of the means. */
function extent(blobs: readonly Blob[]): { center: [number, number]; radius: number } {
  let x = 0;
  let y = 0;
  for (const { mean } of blobs) {
    x += mean[0] / blobs.length;
    y += mean[1] / blobs.length;
  }
  let square = 0;
  for (const { mean } of blobs) square += ((mean[0] - x) ** 2 + (mean[1] - y) ** 2) / blobs.length;
  return { center: [x, y], radius: Math.sqrt(2 * square) };
}

function without<B>(blobs: readonly B[], share: number, stream: Random): B[] {
  const order = blobs.map((_, k) => k);
  for (let k = order.length - 1; k > 0; k--) {
    const other = stream.integer(k + 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  const kept = new Set(order.slice(Math.round(share * blobs.length)));
  return blobs.filter((_, k) => kept.has(k));
}

/** Those whose centres nearer ellipses cover least. */
function visible<B extends Blob & { depth: number }>(blobs: readonly B[], share: number): B[] {
  const covered = blobs.map((blob) => {
    let light = 1;
    for (const other of blobs) {
      if (!(other.depth < blob.depth)) continue;
      const [xx, xy, yy] = other.covariance;
      const det = xx * yy - xy * xy;
      const dx = blob.mean[0] - other.mean[0];
      const dy = blob.mean[1] - other.mean[1];
      const square = det > 0 ? (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / det : Infinity;
      light *= 1 - 0.99 * Math.exp(-square / 2);
    }
    return light;
  });
  const limit = [...covered].sort((p, q) => p - q)[Math.min(blobs.length - 1, Math.round(share * blobs.length))];
  return blobs.filter((_, k) => covered[k] >= limit);
}

/** Joins neighbours, two or three, until the share of the ellipses that are joint ones is reached. */
function merged(blobs: readonly Blob[], share: number, stream: Random): Blob[] {
  const left = [...blobs];
  const out: Blob[] = [];
  // Of t ellipses in the end, share t are joint and eat 2.5 each on average.
  const wanted = Math.round((share * blobs.length) / (1 + 1.5 * share));
  while (out.length < wanted && left.length > 3) {
    const [first] = left.splice(stream.integer(left.length), 1);
    const parts = [first];
    const count = stream.uniform() < 0.5 ? 2 : 3;
    while (parts.length < count) {
      let best = 0;
      let least = Infinity;
      left.forEach((blob, k) => {
        const distance = Math.hypot(blob.mean[0] - first.mean[0], blob.mean[1] - first.mean[1]);
        if (distance < least) {
          least = distance;
          best = k;
        }
      });
      parts.push(...left.splice(best, 1));
    }
    out.push(joined(parts));
  }
  return [...out, ...left];
}

/** One Gaussian with the moments of several. */
function joined(parts: readonly Blob[]): Blob {
  let weight = 0;
  let x = 0;
  let y = 0;
  for (const blob of parts) {
    weight += blob.weight;
    x += blob.weight * blob.mean[0];
    y += blob.weight * blob.mean[1];
  }
  x /= weight;
  y /= weight;
  const total: [number, number, number] = [0, 0, 0];
  for (const { mean, covariance, weight: w } of parts) {
    const [dx, dy] = [mean[0] - x, mean[1] - y];
    total[0] += (w * (covariance[0] + dx * dx)) / weight;
    total[1] += (w * (covariance[1] + dx * dy)) / weight;
    total[2] += (w * (covariance[2] + dy * dy)) / weight;
  }
  return { mean: [x, y], covariance: total, weight, origins: parts.flatMap(({ origins }) => origins) };
}

/** Two Gaussians side by side along the long axis, with the moments of one. */
function halves({ mean, covariance, weight, origins }: Blob): Blob[] {
  const [xx, xy, yy] = covariance;
  const large = (xx + yy) / 2 + Math.hypot((xx - yy) / 2, xy);
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  // Half a standard deviation and a half apart each: the long axis of either is what is left of the variance.
  const offset = 0.8 * Math.sqrt(large);
  const taken = offset * offset;
  const part: Symmetric2 = [xx - taken * c * c, xy - taken * c * s, yy - taken * s * s];
  return [-offset, offset].map((along) => ({
    mean: [mean[0] + along * c, mean[1] + along * s] as const,
    covariance: part,
    weight: weight / 2,
    origins,
  }));
}

function disturbed(blob: Blob, noise: number, covarianceNoise: number, { normal }: Random): Blob {
  const mean = [blob.mean[0] + noise * normal(), blob.mean[1] + noise * normal()] as const;
  const E = [covarianceNoise * normal(), covarianceNoise * normal(), covarianceNoise * normal()] as const;
  const root = apply2(blob.covariance, (value) => Math.sqrt(Math.max(value, 0)));
  const covariance = congruence2(root, apply2(E, Math.exp));
  return { ...blob, mean, covariance };
}

/** An ellipsoid of the scene, turned at random, seen somewhere in the disc. */
function spurious(scene: Ellipsoids, camera: Camera, middle: readonly number[], reach: number, stream: Random): Blob {
  const i = stream.integer(scene.count);
  const Q = randomRotation(stream);
  const [xx, xy, xz, yy, yz, zz] = scene.covariances.subarray(6 * i, 6 * i + 6);
  const S = [xx, xy, xz, xy, yy, yz, xz, yz, zz];
  const turnedEntry = (p: number, q: number): number => {
    let sum = 0;
    for (let k = 0; k < 3; k++) for (let l = 0; l < 3; l++) sum += Q[3 * p + k] * S[3 * k + l] * Q[3 * q + l];
    return sum;
  };
  const one: Ellipsoids = {
    count: 1,
    means: scene.means.slice(3 * i, 3 * i + 3),
    covariances: Float64Array.of(
      turnedEntry(0, 0),
      turnedEntry(0, 1),
      turnedEntry(0, 2),
      turnedEntry(1, 1),
      turnedEntry(1, 2),
      turnedEntry(2, 2),
    ),
  };
  const { covariances, depths } = project(one, camera);
  if (camera.projection === "perspective" && !(depths[0] > 0)) return spurious(scene, camera, middle, reach, stream);
  const r = reach * Math.sqrt(stream.uniform());
  const angle = 2 * Math.PI * stream.uniform();
  return {
    mean: [middle[0] + r * Math.cos(angle), middle[1] + r * Math.sin(angle)],
    covariance: [covariances[0], covariances[1], covariances[2]],
    weight: 1,
    origins: [],
  };
}

function gather(blobs: readonly Blob[], radius: number, stream: Random): SimulatedView {
  const order = blobs.map((_, k) => k);
  for (let k = order.length - 1; k > 0; k--) {
    const other = stream.integer(k + 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  const sorted = order.map((k) => blobs[k]);
  const means = Float64Array.from(sorted.flatMap(({ mean }) => mean));
  const covariances = Float64Array.from(sorted.flatMap(({ covariance }) => covariance));
  const weights = Float64Array.from(sorted, ({ weight }) => weight);
  return {
    ellipses: ellipsesMixture({ count: sorted.length, means, covariances }, weights),
    origins: sorted.map(({ origins }) => origins),
    radius,
  };
}
