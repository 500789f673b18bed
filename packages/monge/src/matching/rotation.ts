// Rotations of space: exponential, random ones, angles, directions spread over the sphere.
import type { Random } from "../linalg/random.ts";

/** exp([w]) R, row-major: R turned by the vector w (Rodrigues 1840). */
export function turned(R: ArrayLike<number>, x: number, y: number, z: number): Float64Array {
  const angle = Math.hypot(x, y, z);
  const out = new Float64Array(9);
  // sin(a) / a and (1 - cos a) / a^2, by their series near 0.
  const s = angle < 1e-4 ? 1 - (angle * angle) / 6 : Math.sin(angle) / angle;
  const half = Math.sin(angle / 2);
  const c = angle < 1e-4 ? 0.5 - (angle * angle) / 24 : (2 * half * half) / (angle * angle);
  const E = [
    1 - c * (y * y + z * z),
    c * x * y - s * z,
    c * x * z + s * y,
    c * x * y + s * z,
    1 - c * (x * x + z * z),
    c * y * z - s * x,
    c * x * z - s * y,
    c * y * z + s * x,
    1 - c * (x * x + y * y),
  ];
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      out[3 * i + j] = E[3 * i] * R[j] + E[3 * i + 1] * R[3 + j] + E[3 * i + 2] * R[6 + j];
    }
  }
  return out;
}

/** The nearest rotation to a nearly orthogonal matrix: Gram-Schmidt on its rows. */
export function orthonormal(R: ArrayLike<number>): Float64Array {
  const out = Float64Array.from(R);
  const norm = Math.hypot(out[0], out[1], out[2]);
  for (let k = 0; k < 3; k++) out[k] /= norm;
  const along = out[0] * out[3] + out[1] * out[4] + out[2] * out[5];
  for (let k = 0; k < 3; k++) out[3 + k] -= along * out[k];
  const second = Math.hypot(out[3], out[4], out[5]);
  for (let k = 3; k < 6; k++) out[k] /= second;
  out[6] = out[1] * out[5] - out[2] * out[4];
  out[7] = out[2] * out[3] - out[0] * out[5];
  out[8] = out[0] * out[4] - out[1] * out[3];
  return out;
}

/** The angle between two rotations, in radians. */
export function rotationAngle(P: ArrayLike<number>, Q: ArrayLike<number>): number {
  // By the chord, which keeps its digits where the angle is small.
  let square = 0;
  for (let k = 0; k < 9; k++) square += (P[k] - Q[k]) ** 2;
  return 2 * Math.asin(Math.min(1, Math.sqrt(square / 8)));
}

/** A rotation whose third row is the unit vector v; its first row is as good as any. */
export function rotationAlong(v: ArrayLike<number>): Float64Array {
  const x = Math.abs(v[0]) < 0.8 ? 1 : 0;
  // The axis that is not nearly v, less what it has of v.
  const along = x === 1 ? v[0] : v[1];
  const e = [x - along * v[0], 1 - x - along * v[1], -along * v[2]];
  const norm = Math.hypot(e[0], e[1], e[2]);
  for (let k = 0; k < 3; k++) e[k] /= norm;
  return Float64Array.of(
    ...e,
    v[1] * e[2] - v[2] * e[1],
    v[2] * e[0] - v[0] * e[2],
    v[0] * e[1] - v[1] * e[0],
    v[0],
    v[1],
    v[2],
  );
}

/** R followed by a turn of the picture: its first two rows turned by an angle. */
export function pictureTurned(R: Float64Array, angle: number): Float64Array {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const out = R.slice();
  for (let k = 0; k < 3; k++) {
    out[k] = c * R[k] - s * R[3 + k];
    out[3 + k] = s * R[k] + c * R[3 + k];
  }
  return out;
}

/** A rotation drawn uniformly: a normal quaternion (Shoemake 1992). */
export function randomRotation({ normal }: Random): Float64Array {
  const [a, b, c, d] = [normal(), normal(), normal(), normal()];
  const n = a * a + b * b + c * c + d * d;
  const s = 2 / n;
  return Float64Array.of(
    1 - s * (c * c + d * d),
    s * (b * c - a * d),
    s * (b * d + a * c),
    s * (b * c + a * d),
    1 - s * (b * b + d * d),
    s * (c * d - a * b),
    s * (b * d - a * c),
    s * (c * d + a * b),
    1 - s * (b * b + c * c),
  );
}

/** `count` directions spread evenly over the sphere, count x 3: a spiral of golden angles (Swinbank, Purser 2006). */
export function directions(count: number): Float64Array {
  const out = new Float64Array(3 * count);
  const golden = Math.PI * (3 - Math.sqrt(5));
  for (let k = 0; k < count; k++) {
    const z = 1 - (2 * k + 1) / count;
    const r = Math.sqrt(1 - z * z);
    out[3 * k] = r * Math.cos(golden * k);
    out[3 * k + 1] = r * Math.sin(golden * k);
    out[3 * k + 2] = z;
  }
  return out;
}
