// The input of a match, checked: the ellipsoids and the ellipses as packed arrays, the camera or what is known of it.
import { OtError } from "../errors/otError.ts";
import type { Mixture } from "../measure/mixture.ts";
import type { Camera, Ellipses, Ellipsoids, Intrinsics } from "./camera.ts";

/** Ellipsoids of a mixture in three dimensions. Throws `InvalidShape` for another one, or an empty one. */
export function readEllipsoids(mixture: Mixture, argument: string): Ellipsoids & { readonly weights: Float64Array } {
  requireSide(mixture, 3, argument);
  const { means, covariances, weights } = mixture;
  const count = means.rows;
  const packed = new Float64Array(6 * count);
  for (let i = 0; i < count; i++) {
    const S = covariances.subarray(9 * i, 9 * i + 9);
    packed.set([S[0], S[1], S[2], S[4], S[5], S[8]], 6 * i);
  }
  return { count, means: means.data, covariances: packed, weights };
}

/** Ellipses of a mixture in two dimensions. */
export function readEllipses(mixture: Mixture, argument: string): Ellipses & { readonly weights: Float64Array } {
  requireSide(mixture, 2, argument);
  const { means, covariances, weights } = mixture;
  const count = means.rows;
  const packed = new Float64Array(3 * count);
  for (let j = 0; j < count; j++) {
    const S = covariances.subarray(4 * j, 4 * j + 4);
    packed.set([S[0], S[1], S[3]], 3 * j);
  }
  return { count, means: means.data, covariances: packed, weights };
}

/** The other way round: packed Gaussians of a view as a mixture. */
export function ellipsesMixture({ count, means, covariances }: Ellipses, weights: Float64Array): Mixture {
  const full = new Float64Array(4 * count);
  for (let j = 0; j < count; j++) {
    const [xx, xy, yy] = covariances.subarray(3 * j, 3 * j + 3);
    full.set([xx, xy, xy, yy], 4 * j);
  }
  return { kind: "mixture", means: { data: means, rows: count, cols: 2 }, covariances: full, weights };
}

/** The same for ellipsoids. */
export function ellipsoidsMixture({ count, means, covariances }: Ellipsoids, weights: Float64Array): Mixture {
  const full = new Float64Array(9 * count);
  for (let i = 0; i < count; i++) {
    const [xx, xy, xz, yy, yz, zz] = covariances.subarray(6 * i, 6 * i + 6);
    full.set([xx, xy, xz, xy, yy, yz, xz, yz, zz], 9 * i);
  }
  return { kind: "mixture", means: { data: means, rows: count, cols: 3 }, covariances: full, weights };
}

function requireSide(mixture: Mixture, d: number, argument: string): void {
  const given = (mixture as Mixture | null)?.kind === "mixture" ? mixture : null;
  if (given === null || given.means.cols !== d || given.means.rows === 0) {
    const seen = given === null ? mixture : [given.means.rows, given.means.cols];
    throw new OtError("InvalidShape", `${argument} is no mixture of at least one Gaussian in ${d} dimensions.`, {
      argument,
      seen,
      cure: `Make one with gaussianMixture(means, covariances), means k x ${d}.`,
    });
  }
}

/** Checks a camera. Throws `InvalidValue` for numbers that are none, an R that is no rotation, scales that are not positive. */
export function checkCamera(camera: Camera, argument: string): void {
  const wrong = (name: string, seen: unknown, cure: string): OtError =>
    new OtError("InvalidValue", `${argument}.${name} is not what a ${camera.projection} camera needs.`, {
      argument: `${argument}.${name}`,
      seen,
      cure,
    });
  const numbers = (name: string, values: ArrayLike<number>, count: number): void => {
    const fine = values?.length === count && Array.from(values).every((value) => Number.isFinite(value));
    if (!fine) throw wrong(name, values, `Pass ${count} finite numbers.`);
  };
  if (camera.projection === "affine") {
    numbers("A", camera.A, 6);
    numbers("t", camera.t, 2);
    return;
  }
  numbers("R", camera.R, 9);
  const R = camera.R;
  let off = 0;
  for (let p = 0; p < 3; p++) {
    for (let q = 0; q < 3; q++) {
      const dot = R[3 * p] * R[3 * q] + R[3 * p + 1] * R[3 * q + 1] + R[3 * p + 2] * R[3 * q + 2];
      off = Math.max(off, Math.abs(dot - (p === q ? 1 : 0)));
    }
  }
  const det =
    R[0] * (R[4] * R[8] - R[5] * R[7]) - R[1] * (R[3] * R[8] - R[5] * R[6]) + R[2] * (R[3] * R[7] - R[4] * R[6]);
  if (off > 1e-6 || !(det > 0)) {
    throw wrong("R", Array.from(R), "Pass a rotation, row-major, determinant 1: a mirror image is none.");
  }
  if (camera.projection === "scaled-orthographic") {
    numbers("t", camera.t, 2);
    if (!(camera.scale > 0 && camera.scale < Infinity)) throw wrong("scale", camera.scale, "Pass a number above 0.");
    return;
  }
  numbers("t", camera.t, 3);
  checkIntrinsics(camera.intrinsics, `${argument}.intrinsics`);
}

/** Checks intrinsics. */
export function checkIntrinsics(intrinsics: Intrinsics | undefined, argument: string): Intrinsics {
  const { fx, fy, cx, cy } = intrinsics ?? {};
  if (fx !== undefined && fx > 0 && fx < Infinity && fy !== undefined && fy > 0 && fy < Infinity) {
    if (Number.isFinite(cx) && Number.isFinite(cy)) return intrinsics as Intrinsics;
  }
  throw new OtError("InvalidValue", "A perspective camera needs its intrinsics.", {
    argument,
    seen: intrinsics,
    cure: "Pass { fx, fy, cx, cy }: focal lengths above 0 and the principal point, in the unit of the ellipses. Where the focal length is a guess, say so with prior.focalSpread.",
  });
}
