// Ellipsoids through a camera, as features: x, y, a, p, q with log S = a I + [[p, q], [q, -p]].
//
// The camera is 14 doubles: a 3 x 3 matrix L, t (3), f and k: (x, y) = (L X + t)_12 for f = 0, f (L X + t)_12 / (L X + t)_3 otherwise. With k > 0
// a perspective camera shows the outline of the ellipsoid of k standard deviations, by its dual conic; with k = 0 the first-order rule holds.
// What is behind the camera, or too near, is put far away from everything.

const nearest: f64 = 1e-3;
const away: f64 = 1e9;
/** Ellipsoids with less have no say in where a camera goes. */
export const leastMass: f64 = 1e-6;

/** n means (3 doubles) and covariances (6) to n features (5 doubles) and depths; `blur` is added to the variances. */
export function projectAll(
  n: i32,
  means: usize,
  covariances: usize,
  camera: usize,
  blur: f64,
  out: usize,
  depths: usize,
): void {
  projectSome(n, means, covariances, camera, blur, 0, out, depths);
}

/** The same for those with a mass of at least 1e-6, the first of 6 doubles each; all where `masses` is 0. */
export function projectSome(
  n: i32,
  means: usize,
  covariances: usize,
  camera: usize,
  blur: f64,
  masses: usize,
  out: usize,
  depths: usize,
): void {
  const a = load<f64>(camera);
  const b = load<f64>(camera, 8);
  const c = load<f64>(camera, 16);
  const d = load<f64>(camera, 24);
  const e = load<f64>(camera, 32);
  const f = load<f64>(camera, 40);
  const g = load<f64>(camera, 48);
  const h = load<f64>(camera, 56);
  const k = load<f64>(camera, 64);
  const tx = load<f64>(camera, 72);
  const ty = load<f64>(camera, 80);
  const tz = load<f64>(camera, 88);
  const focal = load<f64>(camera, 96);
  const level = load<f64>(camera, 104);
  for (let i = 0; i < n; i++, means += 24, covariances += 48, out += 40, depths += 8) {
    if (masses !== 0 && load<f64>(masses + <usize>i * 48) < leastMass) continue;
    const x = load<f64>(means);
    const y = load<f64>(means, 8);
    const z = load<f64>(means, 16);
    const X = a * x + b * y + c * z + tx;
    const Y = d * x + e * y + f * z + ty;
    const Z = g * x + h * y + k * z + tz;
    store<f64>(depths, Z);
    if (focal == 0) {
      store<f64>(out, X);
      store<f64>(out, Y, 8);
      shape(covariances, a, b, c, d, e, f, blur, out);
      continue;
    }
    if (!(Z > nearest * Math.sqrt(X * X + Y * Y + Z * Z))) {
      hide(out, depths);
      continue;
    }
    if (level > 0) {
      // S_c = k^2 L S L^T; the dual conic of the outline is S_c - Y Y^T.
      const kk = level * level;
      const szz = kk * form(covariances, g, h, k, g, h, k);
      const w = szz - Z * Z;
      if (!(w < 0)) {
        hide(out, depths);
        continue;
      }
      const cx = (kk * form(covariances, a, b, c, g, h, k) - X * Z) / w;
      const cy = (kk * form(covariances, d, e, f, g, h, k) - Y * Z) / w;
      const scale = (focal * focal) / kk;
      store<f64>(out, focal * cx);
      store<f64>(out, focal * cy, 8);
      logarithm(
        scale * (cx * cx - (kk * form(covariances, a, b, c, a, b, c) - X * X) / w) + blur,
        scale * (cx * cy - (kk * form(covariances, a, b, c, d, e, f) - X * Y) / w),
        scale * (cy * cy - (kk * form(covariances, d, e, f, d, e, f) - Y * Y) / w) + blur,
        out,
      );
      continue;
    }
    const p = X / Z;
    const q = Y / Z;
    const m = focal / Z;
    store<f64>(out, focal * p);
    store<f64>(out, focal * q, 8);
    shape(
      covariances,
      m * (a - p * g),
      m * (b - p * h),
      m * (c - p * k),
      m * (d - q * g),
      m * (e - q * h),
      m * (f - q * k),
      blur,
      out,
    );
  }
}

function hide(out: usize, depths: usize): void {
  store<f64>(depths, 0);
  store<f64>(out, away);
  store<f64>(out, away, 8);
  store<f64>(out, -away, 16);
  store<f64>(out, 0, 24);
  store<f64>(out, 0, 32);
}

// (a, b, c) S (d, e, f).
function form(S: usize, a: f64, b: f64, c: f64, d: f64, e: f64, f: f64): f64 {
  const xy = load<f64>(S, 8);
  const xz = load<f64>(S, 16);
  const yz = load<f64>(S, 32);
  return (
    a * (load<f64>(S) * d + xy * e + xz * f) +
    b * (xy * d + load<f64>(S, 24) * e + yz * f) +
    c * (xz * d + yz * e + load<f64>(S, 40) * f)
  );
}

// a, p, q of J S J^T + blur I for J = [a b c; d e f].
// @ts-ignore: decorator
@inline function shape(S: usize, a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, blur: f64, out: usize): void {
  const xx = load<f64>(S);
  const xy = load<f64>(S, 8);
  const xz = load<f64>(S, 16);
  const yy = load<f64>(S, 24);
  const yz = load<f64>(S, 32);
  const zz = load<f64>(S, 40);
  const p = a * xx + b * xy + c * xz;
  const q = a * xy + b * yy + c * yz;
  const r = a * xz + b * yz + c * zz;
  const s = p * a + q * b + r * c + blur;
  const t = p * d + q * e + r * f;
  const u = (d * xx + e * xy + f * xz) * d + (d * xy + e * yy + f * yz) * e + (d * xz + e * yz + f * zz) * f + blur;
  logarithm(s, t, u, out);
}

// a, p, q of [[s, t], [t, u]].
// @ts-ignore: decorator
@inline function logarithm(s: f64, t: f64, u: f64, out: usize): void {
  const half = (s - u) / 2;
  const root = Math.sqrt(half * half + t * t);
  const large = (s + u) / 2 + root;
  const small = (s * u - t * t) / large;
  const logLarge = Math.log(large);
  const logSmall = Math.log(small);
  const slope = root > 1e-9 * large ? (logLarge - logSmall) / (2 * root) : 1 / large;
  store<f64>(out, (logLarge + logSmall) / 2, 16);
  store<f64>(out, slope * half, 24);
  store<f64>(out, slope * t, 32);
}
