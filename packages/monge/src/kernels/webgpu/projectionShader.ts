// Ellipsoids through cameras as a WGSL function: what assembly/matching/project.ts computes, in f32.
//
// Outlines are written so that f32 does: with the dual conic (A, B; B, C) of x and z, C' = C - Z^2 and x = (B - X Z) / C', the difference
// x^2 - (A - X^2) / C' is (B^2 - A C + A Z^2 - 2 B X Z + C X^2) / C'^2, where the X^2 Z^2 that dwarf the rest have gone.

/** Numbers of a camera, of an ellipsoid (its mean, its covariance by rows) and of a feature. */
export const strides = { camera: 14, ellipsoid: 9, feature: 5 } as const;

/** `project(camera, ellipsoid)`: x, y and (a, p, q); a = -1e9 where nothing is seen. Needs `scene`, `cameras` and `blur()`. */
export const projectionShader: string = /* wgsl */ `
struct Feature { place: vec2f, shape: vec3f }

const away = 1e9;

fn hidden() -> Feature { return Feature(vec2f(away), vec3f(-away, 0.0, 0.0)); }

fn logarithm(s: f32, t: f32, u: f32) -> vec3f {
  let half = 0.5 * (s - u);
  let root = sqrt(half * half + t * t);
  let large = 0.5 * (s + u) + root;
  // What f32 loses of a needle must not turn it inside out.
  let small = max((s * u - t * t) / large, 1e-7 * large);
  let logLarge = log(large);
  let logSmall = log(small);
  var slope = 1.0 / large;
  if (root > 1e-4 * large) { slope = (logLarge - logSmall) / (2.0 * root); }
  return vec3f(0.5 * (logLarge + logSmall), slope * half, slope * t);
}

fn project(view: u32, i: u32) -> Feature {
  let c = view * ${strides.camera}u;
  let e = i * ${strides.ellipsoid}u;
  let mean = vec3f(scene[e], scene[e + 1], scene[e + 2]);
  let S = mat3x3f(
    scene[e + 3], scene[e + 4], scene[e + 5],
    scene[e + 4], scene[e + 6], scene[e + 7],
    scene[e + 5], scene[e + 7], scene[e + 8]);
  let l1 = vec3f(cameras[c], cameras[c + 1], cameras[c + 2]);
  let l2 = vec3f(cameras[c + 3], cameras[c + 4], cameras[c + 5]);
  let l3 = vec3f(cameras[c + 6], cameras[c + 7], cameras[c + 8]);
  let X = dot(l1, mean) + cameras[c + 9];
  let Y = dot(l2, mean) + cameras[c + 10];
  let Z = dot(l3, mean) + cameras[c + 11];
  let focal = cameras[c + 12];
  let level = cameras[c + 13];
  var j1 = l1;
  var j2 = l2;
  var place = vec2f(X, Y);
  if (focal != 0.0) {
    if (!(Z > 1e-3 * length(vec3f(X, Y, Z)))) { return hidden(); }
    if (level > 0.0) {
      let kk = level * level;
      let s1 = S * l1;
      let s2 = S * l2;
      let s3 = S * l3;
      let xx = kk * dot(l1, s1);
      let xy = kk * dot(l1, s2);
      let xz = kk * dot(l1, s3);
      let yy = kk * dot(l2, s2);
      let yz = kk * dot(l2, s3);
      let zz = kk * dot(l3, s3);
      let w = zz - Z * Z;
      if (!(w < 0.0)) { return hidden(); }
      let scale = focal * focal / (kk * w * w);
      return Feature(
        vec2f(focal * (xz - X * Z) / w, focal * (yz - Y * Z) / w),
        logarithm(
          scale * (xz * xz - xx * zz + (xx * Z - 2.0 * xz * X) * Z + zz * X * X) + blur(),
          scale * (xz * yz - xy * zz + (xy * Z - xz * Y - yz * X) * Z + zz * X * Y),
          scale * (yz * yz - yy * zz + (yy * Z - 2.0 * yz * Y) * Z + zz * Y * Y) + blur()));
    }
    let ray = vec2f(X, Y) / Z;
    place = focal * ray;
    j1 = (focal / Z) * (l1 - ray.x * l3);
    j2 = (focal / Z) * (l2 - ray.y * l3);
  }
  let s1 = S * j1;
  return Feature(place, logarithm(dot(s1, j1) + blur(), dot(s1, j2), dot(S * j2, j2) + blur()));
}
`;
