// With the exact potential and W by quadrature, the iterated stepper follows the closed form; with sampled W it does within its standard error.
import { expect, it } from "vitest";
import type { Floats, Matrix } from "../../src/linalg/matrix.ts";
import { random } from "../../src/linalg/random.ts";
import type { Potential } from "../../src/potential/potential.ts";
import { transportStep } from "../../src/potential/stepper.ts";

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((s, v) => s + v, 0) / values.length;

/** A potential from u and its gradient at one point. */
function potential(dimension: number, at: (x: Floats) => readonly [u: number, ...gradient: number[]]): Potential {
  return {
    dimension,
    evaluate({ data, rows }: Matrix<Floats>) {
      const values = new Float64Array(rows);
      const gradients = { data: new Float64Array(rows * dimension), rows, cols: dimension };
      for (let i = 0; i < rows; i++) {
        const [u, ...gradient] = at(data.subarray(i * dimension, (i + 1) * dimension));
        values[i] = u;
        gradients.data.set(gradient, i * dimension);
      }
      return { values, gradients };
    },
  };
}

const radial = (d: number): Potential =>
  potential(d, (x) => {
    const length = Math.hypot(...x);
    return [length, ...Array.from(x, (value) => (length > 0 ? value / length : 0))];
  });

/** Distance to the unit circle in the xy plane of R^3: the potential of any law symmetric about the z axis, to the uniform law on the circle. */
const toCircle = potential(3, ([x, y, z]) => {
  const r = Math.hypot(x, y);
  const rho = Math.hypot(r - 1, z);
  return rho > 0 ? [rho, ((r - 1) / rho) * (x / r), ((r - 1) / rho) * (y / r), z / rho] : [0, 0, 0, 0];
});

const circle = (n: number, radius: number): Float64Array =>
  Float64Array.from({ length: 2 * n }, (_, k) => {
    const angle = (2 * Math.PI * (k >> 1)) / n;
    return radius * (k % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });

it("concentric circles: one mean step maps radius 3 to radius 1, point by point", () => {
  const u = radial(2);
  const x = { data: circle(64, 3), rows: 64, cols: 2 };
  const y = { data: circle(64, 1), rows: 64, cols: 2 };
  const W = mean(u.evaluate(x).values) - mean(u.evaluate(y).values);
  expect(W).toBeCloseTo(2, 13);
  const moved = transportStep(u, x, W);
  moved.data.forEach((value, k) => {
    expect(Math.abs(value - y.data[k])).toBeLessThan(1e-12);
  });
});

it("parallel lines in R^d: one mean step is the translation", () => {
  for (const d of [2, 3, 16]) {
    const normal = Array.from({ length: d }, (_, k) => (k + 1) / Math.sqrt((d * (d + 1) * (2 * d + 1)) / 6));
    const u = potential(d, (x) => [normal.reduce((s, value, k) => s + value * x[k], 0), ...normal]);
    const rng = random(d);
    const y = { data: Float64Array.from({ length: 20 * d }, () => rng.normal()), rows: 20, cols: d };
    const x = { ...y, data: y.data.map((value, k) => value + 1.75 * normal[k % d]) };
    const W = mean(u.evaluate(x).values) - mean(u.evaluate(y).values);
    expect(W).toBeCloseTo(1.75, 12);
    transportStep(u, x, W).data.forEach((value, k) => {
      expect(Math.abs(value - y.data[k])).toBeLessThan(1e-12);
    });
  }
});

it("a ring of radii in [1, 2] to its centre: radii follow r -> |r - E r|, and W halves each step after the first", () => {
  // Radii at the midpoints of a grid: E r = 1.5, then |r - 1.5| is uniform on [0, 1/2], whose mean 1/4 halves with each step.
  const n = 256;
  let x: Matrix = {
    data: Float64Array.from({ length: 2 * n }, (_, k) => {
      const radius = 1 + ((k >> 1) + 0.5) / n;
      return radius * (k % 2 === 0 ? Math.cos(k >> 1) : Math.sin(k >> 1));
    }),
    rows: n,
    cols: 2,
  };
  const u = radial(2);
  for (const expected of [1.5, 1 / 4, 1 / 8, 1 / 16, 1 / 32]) {
    const W = mean(u.evaluate(x).values);
    expect(Math.abs(W - expected)).toBeLessThan(1e-12);
    x = transportStep(u, x, W);
  }
});

it("a solid ring in R^3 to its circle (codimension 2): quadrature of the mean steps follows the closed form to 1e-12", () => {
  // Distances rho to the circle at midpoints of [0, a], any normal direction: rho -> |rho - a/2|, so W_k = a / 2^(k+1).
  const a = 0.9;
  const n = 512;
  const rng = random(1);
  const data = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    const rho = (a * (i + 0.5)) / n;
    data.set(onTube(rho, 2 * Math.PI * rng.uniform(), 2 * Math.PI * rng.uniform()), 3 * i);
  }
  let x: Matrix = { data, rows: n, cols: 3 };
  for (let k = 0; k < 8; k++) {
    const W = mean(toCircle.evaluate(x).values);
    expect(Math.abs(W - a / 2 ** (k + 1))).toBeLessThan(1e-12);
    x = transportStep(toCircle, x, W);
  }
});

it("the uniform solid torus to its circle: W is 2a/3, then 16a/81, within 3 standard errors of 20000 samples, and falls to 0", () => {
  // rho has density 2 rho / a^2 (the factor 1 + rho cos phi of the volume averages out); E|rho - 2a/3| = 16 a / 81.
  const a = 0.8;
  const rng = random(7);
  const n = 20000;
  const data = new Float64Array(3 * n);
  for (let i = 0; i < n; ) {
    const rho = a * Math.sqrt(rng.uniform());
    const phi = 2 * Math.PI * rng.uniform();
    if (rng.uniform() * (1 + a) > 1 + rho * Math.cos(phi)) continue;
    data.set(onTube(rho, phi, 2 * Math.PI * rng.uniform()), 3 * i++);
  }
  let x: Matrix = { data, rows: n, cols: 3 };
  const seen: number[] = [];
  for (let k = 0; k < 12; k++) {
    const { values } = toCircle.evaluate(x);
    const W = mean(values);
    const error = Math.sqrt(mean(values.map((value) => (value - W) ** 2)) / n);
    if (k < 2) expect(Math.abs(W - (k === 0 ? (2 * a) / 3 : (16 * a) / 81))).toBeLessThan(3 * error);
    seen.push(W);
    x = transportStep(toCircle, x, W);
  }
  for (let k = 1; k < seen.length; k++) expect(seen[k]).toBeLessThan(seen[k - 1]);
  expect(seen[11]).toBeLessThan(0.01 * seen[0]);
});

function onTube(rho: number, phi: number, theta: number): [number, number, number] {
  const r = 1 + rho * Math.cos(phi);
  return [r * Math.cos(theta), r * Math.sin(theta), rho * Math.sin(phi)];
}
