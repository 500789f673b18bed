// Cameras that take 3-D Gaussians to 2-D ones: affine, scaled orthographic, perspective.
//
// The mean goes through the camera itself, the covariance through its derivative J at the mean, S -> J S J^T: exact for affine cameras, the
// first-order rule of EWA splatting (Zwicker, Pfister, van Baar, Gross 2001) for perspective ones.

/** y = A X + t. */
export interface AffineCamera {
  readonly projection: "affine";
  /** 2 x 3, row-major. */
  readonly A: ArrayLike<number>;
  readonly t: ArrayLike<number>;
}

/** y = scale (R X)_12 + t. */
export interface ScaledOrthographicCamera {
  readonly projection: "scaled-orthographic";
  /** World to camera, 3 x 3 row-major, a rotation: x to the right, y down, z forward. */
  readonly R: ArrayLike<number>;
  readonly scale: number;
  readonly t: ArrayLike<number>;
}

/** Focal lengths and principal point, in the unit of the image. */
export interface Intrinsics {
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** Y = R X + t, u = fx Y_x / Y_z + cx, v = fy Y_y / Y_z + cy. */
export interface PerspectiveCamera {
  readonly projection: "perspective";
  /** World to camera, 3 x 3 row-major, a rotation: x to the right, y down, z forward. */
  readonly R: ArrayLike<number>;
  readonly t: ArrayLike<number>;
  readonly intrinsics: Intrinsics;
}

/** Any of them; tell them apart by `projection`. */
export type Camera = AffineCamera | ScaledOrthographicCamera | PerspectiveCamera;

/** 3-D Gaussians: means n x 3, covariances n x 6 (xx, xy, xz, yy, yz, zz). */
export interface Ellipsoids {
  readonly count: number;
  readonly means: Float64Array;
  readonly covariances: Float64Array;
}

/** 2-D Gaussians: means n x 2, covariances n x 3 (xx, xy, yy). */
export interface Ellipses {
  readonly count: number;
  readonly means: Float64Array;
  readonly covariances: Float64Array;
}

/** What a camera shows: ellipses in the order of the ellipsoids, and how far each is from the camera's plane; not above 0: behind it, not shown. */
export interface Projected extends Ellipses {
  readonly depths: Float64Array;
}

/** The smallest depth, against the distance of the scene's points from the camera, at which the first-order rule is worth something. */
const nearest = 1e-3;

/** Room for the projections of `count` ellipsoids. */
export function projectedRoom(count: number): Projected {
  return {
    count,
    means: new Float64Array(2 * count),
    covariances: new Float64Array(3 * count),
    depths: new Float64Array(count),
  };
}

/**
 * Projects ellipsoids; what lies behind a perspective camera gets depth 0 and a mean of NaN, to be left out by the caller. Affine cameras have
 * depths along the kernel of A, positive and negative; only their order means something.
 *
 * With `outline` = k > 0 perspective cameras show the exact outline of the ellipsoid of k standard deviations as the ellipse of k standard deviations,
 * by its dual conic (Cross, Zisserman 1998), instead of the first-order rule; an ellipsoid that reaches the camera's plane counts as behind it.
 */
export function project(
  scene: Ellipsoids,
  camera: Camera,
  out: Projected = projectedRoom(scene.count),
  outline = 0,
): Projected {
  if (camera.projection === "perspective") projectPerspective(scene, camera, out, outline);
  else projectLinear(scene, linearPart(camera), camera.t, out);
  return out;
}

/** The rows of y = A X + t, and the direction along which depth is measured. */
export function linearPart(camera: AffineCamera | ScaledOrthographicCamera): Float64Array {
  const out = new Float64Array(9);
  if (camera.projection === "scaled-orthographic") {
    const { R, scale } = camera;
    for (let k = 0; k < 6; k++) out[k] = scale * R[k];
    for (let k = 6; k < 9; k++) out[k] = R[k];
    return out;
  }
  for (let k = 0; k < 6; k++) out[k] = camera.A[k];
  const v = viewDirection(camera);
  out.set(v, 6);
  return out;
}

/** The unit direction that a camera looks along: the kernel of A, or the third row of R. */
export function viewDirection(camera: Camera): Float64Array {
  if (camera.projection !== "affine") return Float64Array.of(camera.R[6], camera.R[7], camera.R[8]);
  const { A } = camera;
  const v = Float64Array.of(A[1] * A[5] - A[2] * A[4], A[2] * A[3] - A[0] * A[5], A[0] * A[4] - A[1] * A[3]);
  const norm = Math.hypot(v[0], v[1], v[2]);
  return norm > 0 ? v.map((value) => value / norm) : v;
}

function projectLinear(
  { count, means, covariances }: Ellipsoids,
  L: Float64Array,
  t: ArrayLike<number>,
  out: Projected,
): void {
  const { means: u, covariances: s, depths } = out;
  const [a, b, c, d, e, f, g, h, k] = L;
  const [tx, ty] = [t[0], t[1]];
  for (let i = 0; i < count; i++) {
    const x = means[3 * i];
    const y = means[3 * i + 1];
    const z = means[3 * i + 2];
    u[2 * i] = a * x + b * y + c * z + tx;
    u[2 * i + 1] = d * x + e * y + f * z + ty;
    depths[i] = g * x + h * y + k * z;
    congruence(covariances, 6 * i, a, b, c, d, e, f, s, 3 * i);
  }
}

function projectPerspective(
  { count, means, covariances }: Ellipsoids,
  camera: PerspectiveCamera,
  out: Projected,
  outline: number,
): void {
  const { means: u, covariances: s, depths } = out;
  const { R, t, intrinsics } = camera;
  const { fx, fy, cx, cy } = intrinsics;
  for (let i = 0; i < count; i++) {
    const x = means[3 * i];
    const y = means[3 * i + 1];
    const z = means[3 * i + 2];
    const X = R[0] * x + R[1] * y + R[2] * z + t[0];
    const Y = R[3] * x + R[4] * y + R[5] * z + t[1];
    const Z = R[6] * x + R[7] * y + R[8] * z + t[2];
    const hidden = !(Z > nearest * Math.hypot(X, Y, Z));
    if (hidden || (outline > 0 && !outlined(covariances, i, camera, [X, Y, Z], outline, out))) {
      depths[i] = 0;
      u[2 * i] = NaN;
      u[2 * i + 1] = NaN;
      s.fill(0, 3 * i, 3 * i + 3);
      continue;
    }
    depths[i] = Z;
    if (outline > 0) continue;
    const p = X / Z;
    const q = Y / Z;
    u[2 * i] = fx * p + cx;
    u[2 * i + 1] = fy * q + cy;
    const [mx, my] = [fx / Z, fy / Z];
    congruence(
      covariances,
      6 * i,
      mx * (R[0] - p * R[6]),
      mx * (R[1] - p * R[7]),
      mx * (R[2] - p * R[8]),
      my * (R[3] - q * R[6]),
      my * (R[4] - q * R[7]),
      my * (R[5] - q * R[8]),
      s,
      3 * i,
    );
  }
}

// J S J^T for J = [a b c; d e f].
function congruence(
  S: Float64Array,
  at: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  out: Float64Array,
  to: number,
): void {
  const xx = S[at];
  const xy = S[at + 1];
  const xz = S[at + 2];
  const yy = S[at + 3];
  const yz = S[at + 4];
  const zz = S[at + 5];
  const p = a * xx + b * xy + c * xz;
  const q = a * xy + b * yy + c * yz;
  const r = a * xz + b * yz + c * zz;
  out[to] = p * a + q * b + r * c;
  out[to + 1] = p * d + q * e + r * f;
  out[to + 2] = (d * xx + e * xy + f * xz) * d + (d * xy + e * yy + f * yz) * e + (d * xz + e * yz + f * zz) * f;
}

// The outline of k standard deviations of the ellipsoid at Y in camera coordinates: its dual conic is k^2 R S R^T - Y Y^T. False where it has none.
function outlined(
  covariances: Float64Array,
  i: number,
  { R, intrinsics }: PerspectiveCamera,
  Y: readonly number[],
  k: number,
  { means, covariances: s }: Projected,
): boolean {
  const [xx, xy, xz, yy, yz, zz] = covariances.subarray(6 * i, 6 * i + 6);
  const S = [xx, xy, xz, xy, yy, yz, xz, yz, zz];
  const dual = (p: number, q: number): number => {
    let sum = 0;
    for (let c = 0; c < 3; c++) for (let d = 0; d < 3; d++) sum += R[3 * p + c] * S[3 * c + d] * R[3 * q + d];
    return k * k * sum - Y[p] * Y[q];
  };
  const w = dual(2, 2);
  if (!(w < 0)) return false;
  const { fx, fy, cx, cy } = intrinsics;
  const [x, y] = [dual(0, 2) / w, dual(1, 2) / w];
  means[2 * i] = fx * x + cx;
  means[2 * i + 1] = fy * y + cy;
  s[3 * i] = (fx * fx * (x * x - dual(0, 0) / w)) / (k * k);
  s[3 * i + 1] = (fx * fy * (x * y - dual(0, 1) / w)) / (k * k);
  s[3 * i + 2] = (fy * fy * (y * y - dual(1, 1) / w)) / (k * k);
  return true;
}
