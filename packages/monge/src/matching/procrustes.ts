// The linear camera that fits weighted pairs best: min sum_i w_i |y_i - A x_i - t|^2 over A = s P, P P^T = I (scaled orthographic), or over all
// A with a ridge towards the nearest such (affine).
//
// P x is not isotropic, so the polar factor of the cross-covariance is only a bound: with lambda the largest eigenvalue of S = cov(x) it majorises
// the objective, P <- polar(s P (lambda I - S) + C), which never goes up (Kiers 1990; Bojanczyk, Lutoborski 1999 on the Stiefel manifold).
import { eigen } from "../linalg/eigen.ts";
import type { Camera } from "./camera.ts";
import { featureCount } from "./features.ts";

/** A camera that is linear: what transport between clouds can fit. */
export type LinearCamera = Exclude<Camera, { projection: "perspective" }>;

/** Weighted pairs, summed: sources (n x 3), and for each mass, and mass times the mean of its targets (n x 6, see `Stage.gather`). */
export interface Correspondence {
  readonly points: Float64Array;
  readonly sums: Float64Array;
}

/** How a camera may change. */
export interface Freedom {
  /** Whether the scale is fitted; soft assignments that are wide shrink it. */
  readonly scale: boolean;
  /** The ridge of affine cameras towards scaled orthographic ones, as a share of the mean second moment; 0: none. */
  readonly ridge: number;
}

/** Steps of the majorisation. */
const steps = 12;
const sumCount = featureCount + 1;

/** The best camera for the pairs; the one before where they say nothing. */
export function fitLinear({ points, sums }: Correspondence, before: LinearCamera, freedom: Freedom): LinearCamera {
  let mass = 0;
  const x = [0, 0, 0];
  const y = [0, 0];
  const n = points.length / 3;
  for (let i = 0; i < n; i++) {
    const w = sums[sumCount * i];
    mass += w;
    for (let k = 0; k < 3; k++) x[k] += w * points[3 * i + k];
    y[0] += sums[sumCount * i + 1];
    y[1] += sums[sumCount * i + 2];
  }
  if (!(mass > 3)) return before;
  for (let k = 0; k < 3; k++) x[k] /= mass;
  for (let k = 0; k < 2; k++) y[k] /= mass;
  const S = new Float64Array(9);
  const C = new Float64Array(6);
  for (let i = 0; i < n; i++) {
    const w = sums[sumCount * i];
    for (let k = 0; k < 3; k++) {
      const d = points[3 * i + k] - x[k];
      for (let l = 0; l < 3; l++) S[3 * k + l] += w * d * (points[3 * i + l] - x[l]);
      C[k] += (sums[sumCount * i + 1] - w * y[0]) * d;
      C[3 + k] += (sums[sumCount * i + 2] - w * y[1]) * d;
    }
  }
  const orthographic = fitOrthographic(S, C, before, freedom.scale);
  if (orthographic === null) return before;
  const { P, scale } = orthographic;
  const shift = (A: Float64Array): Float64Array =>
    Float64Array.of(y[0] - (A[0] * x[0] + A[1] * x[1] + A[2] * x[2]), y[1] - (A[3] * x[0] + A[4] * x[1] + A[5] * x[2]));
  if (before.projection === "scaled-orthographic") {
    const R = completed(P);
    return { projection: "scaled-orthographic", R, scale, t: shift(P.map((value) => scale * value)) };
  }
  const ridge = (freedom.ridge * (S[0] + S[4] + S[8])) / 3;
  const A = ridged(S, C, P, scale, ridge);
  return A === null ? before : { projection: "affine", A, t: shift(A) };
}

function fitOrthographic(
  S: Float64Array,
  C: Float64Array,
  before: LinearCamera,
  freeScale: boolean,
): { P: Float64Array; scale: number } | null {
  const { values } = eigen(S.slice(), 3);
  const largest = Math.max(values[0], values[1], values[2]);
  const given = before.projection === "affine" ? Float64Array.from(before.A) : Float64Array.from(before.R).slice(0, 6);
  const start = polar(given);
  if (start === null || !(largest > 0)) return null;
  let P = start;
  let scale =
    before.projection === "affine" ? Math.sqrt(given.reduce((sum, value) => sum + value * value, 0) / 2) : before.scale;
  const M = new Float64Array(6);
  for (let step = 0; step < steps; step++) {
    for (let r = 0; r < 6; r += 3) {
      for (let k = 0; k < 3; k++) {
        let along = largest * P[r + k];
        for (let l = 0; l < 3; l++) along -= P[r + l] * S[3 * l + k];
        M[r + k] = scale * along + C[r + k];
      }
    }
    const next = polar(M);
    if (next === null) return null;
    P = next;
    if (!freeScale) continue;
    let cross = 0;
    let square = 0;
    for (let r = 0; r < 6; r += 3) {
      for (let k = 0; k < 3; k++) {
        cross += P[r + k] * C[r + k];
        for (let l = 0; l < 3; l++) square += P[r + k] * S[3 * k + l] * P[r + l];
      }
    }
    if (cross > 0 && square > 0) scale = cross / square;
  }
  return { P, scale };
}

/** (C + ridge s P) (S + ridge I)^-1. */
function ridged(S: Float64Array, C: Float64Array, P: Float64Array, scale: number, ridge: number): Float64Array | null {
  const { values, vectors } = eigen(S.slice(), 3);
  const floor = 1e-12 * Math.max(values[0], values[1], values[2]);
  const A = new Float64Array(6);
  for (let e = 0; e < 3; e++) {
    const inverse = 1 / Math.max(values[e] + ridge, floor);
    if (!Number.isFinite(inverse)) return null;
    for (let r = 0; r < 6; r += 3) {
      let along = 0;
      for (let k = 0; k < 3; k++) along += (C[r + k] + ridge * scale * P[r + k]) * vectors[3 * e + k];
      for (let k = 0; k < 3; k++) A[r + k] += along * inverse * vectors[3 * e + k];
    }
  }
  return A;
}

/** The nearest 2 x 3 matrix with orthonormal rows, (M M^T)^-1/2 M; null where M has no two independent rows. */
export function polar(M: ArrayLike<number>): Float64Array | null {
  const a = M[0] * M[0] + M[1] * M[1] + M[2] * M[2];
  const b = M[0] * M[3] + M[1] * M[4] + M[2] * M[5];
  const c = M[3] * M[3] + M[4] * M[4] + M[5] * M[5];
  const root = Math.sqrt(Math.max(a * c - b * b, 0));
  const norm = Math.sqrt(a + c + 2 * root);
  if (!(root > 1e-14 * (a + c))) return null;
  // B^-1/2 = adj(B^1/2) / root, B^1/2 = (B + root I) / norm.
  const [p, q, r] = [(c + root) / (norm * root), -b / (norm * root), (a + root) / (norm * root)];
  const P = new Float64Array(6);
  for (let k = 0; k < 3; k++) {
    P[k] = p * M[k] + q * M[3 + k];
    P[3 + k] = q * M[k] + r * M[3 + k];
  }
  return P;
}

/** The rotation with these two rows. */
export function completed(P: Float64Array): Float64Array {
  return Float64Array.of(...P, P[1] * P[5] - P[2] * P[4], P[2] * P[3] - P[0] * P[5], P[0] * P[4] - P[1] * P[3]);
}
