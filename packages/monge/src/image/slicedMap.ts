// Iterative distribution transfer: colours are moved along three orthogonal axes at a time, each by transport on the line, the axes turned at random.
// Pitie, Kokaram, Dahyot (2007); Rabin, Ferradans, Papadakis (2014) for the stepwise average.
import { wasserstein1d } from "../exact/line/wasserstein1d.ts";
import { type Random, random } from "../linalg/random.ts";
import type { Palette } from "./palette.ts";

/** Displacements (n x 3) of the source's colours after `rounds` turns of the axes; yields after each. */
export function* slicedDisplacements(
  source: Palette,
  reference: Palette,
  rounds: number,
  seed: number,
): Generator<void, Float64Array, void> {
  const generator = random(seed);
  const from = source.colors.data;
  const X = Float64Array.from(from);
  const [n, m] = [source.weights.length, reference.weights.length];
  for (let round = 0; round < rounds; round++) {
    const axes = turned(generator);
    const next = Float64Array.from(X);
    for (let axis = 0; axis < 3; axis++) {
      const u = axes.subarray(3 * axis, 3 * axis + 3);
      const x = along(X, u, n);
      const y = along(reference.colors.data, u, m);
      const { plan } = wasserstein1d(x, y, { p: 2, a: source.weights, b: reference.weights });
      const { data } = plan.barycentricMap(Array.from(y, (value) => [value]));
      for (let i = 0; i < n; i++) for (let c = 0; c < 3; c++) next[3 * i + c] += (data[i] - x[i]) * u[c];
    }
    X.set(next);
    yield;
  }
  return X.map((value, k) => value - from[k]);
}

function along(points: ArrayLike<number>, u: Float64Array, n: number): Float64Array {
  return Float64Array.from(
    { length: n },
    (_, i) => points[3 * i] * u[0] + points[3 * i + 1] * u[1] + points[3 * i + 2] * u[2],
  );
}

/** Three orthonormal rows: a rotation by a uniform unit quaternion. */
function turned(generator: Random): Float64Array {
  const q = Array.from({ length: 4 }, () => generator.normal());
  const size = Math.sqrt(q.reduce((total, value) => total + value * value, 0));
  const [w, x, y, z] = q.map((value) => value / size);
  return new Float64Array([
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    1 - 2 * (x * x + y * y),
  ]);
}
