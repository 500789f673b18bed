// Exact semi-discrete transport in the plane: closed forms, the certificate, discrete transport of finer and finer pixels, and what can go wrong.
import { expect, it } from "vitest";
import * as cost from "../../src/cost/index.ts";
import { emd, semidiscretePlane } from "../../src/index.ts";
import { random } from "../../src/linalg/random.ts";

const square = {
  kind: "polygon",
  vertices: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ],
} as const;
const scattered = (n: number, seed: number, scale = 1, shift = 0): number[][] => {
  const rng = random(seed);
  return Array.from({ length: n }, () => [shift + scale * rng.uniform(), shift + scale * rng.uniform()]);
};
const masses = (n: number, seed: number): Float64Array => {
  const rng = random(seed);
  const raw = Float64Array.from({ length: n }, () => 0.1 + rng.uniform());
  const total = raw.reduce((s, v) => s + v, 0);
  return raw.map((value) => value / total);
};

it("the unit square to a k x k grid of centres costs 1 / (6 k^2), cell by cell", () => {
  for (const k of [1, 2, 5, 12]) {
    const centres = Array.from({ length: k * k }, (_, i) => [((i % k) + 0.5) / k, (Math.floor(i / k) + 0.5) / k]);
    const result = semidiscretePlane(square, centres);
    expect(result.report.status).toBe("optimal");
    expect(result.value).toBeCloseTo(1 / (6 * k * k), 13);
    for (const [i, { centroid, mass, vertices }] of result.cells.entries()) {
      expect(mass).toBeCloseTo(1 / (k * k), 12);
      expect(vertices.rows).toBe(4);
      expect(Math.hypot(centroid[0] - centres[i][0], centroid[1] - centres[i][1])).toBeLessThan(1e-10);
    }
  }
});

it("two points with masses .3 and .7: the border is at .3, and psi says by how much", () => {
  const result = semidiscretePlane(
    square,
    [
      [0.2, 0.5],
      [0.9, 0.5],
    ],
    { b: [0.3, 0.7] },
  );
  const right = Math.max(...result.cells[0].vertices.data.filter((_, k) => k % 2 === 0));
  expect(right).toBeCloseTo(0.3, 10);
  // (x - .2)^2 - psi_0 = (x - .9)^2 - psi_1 at x = .3.
  expect(result.potential[1] - result.potential[0]).toBeCloseTo(0.36 - 0.01, 9);
});

it("random points and masses: masses reached to 1e-10, gap 0 by a recomputation of every cell against all others", () => {
  for (const [n, seed] of [
    [3, 1],
    [50, 2],
    [400, 3],
  ]) {
    const b = masses(n, seed);
    const result = semidiscretePlane(square, scattered(n, seed), { b });
    const proof = result.certify();
    expect(proof.primalResidual, `n ${n}`).toBeLessThan(1e-9);
    expect(Math.abs(proof.gap)).toBeLessThan(1e-9);
    expect(proof.primal).toBeCloseTo(result.value, 12);
    expect(result.report.iterations).toBeLessThan(25);
  }
});

it("points outside the polygon, on a line, of zero mass, and a polygon given clockwise", () => {
  const triangle = {
    kind: "polygon",
    vertices: [
      [0, 0],
      [1, 3],
      [4, 0],
    ],
    mass: 2,
  } as const;
  const y = [...scattered(30, 5, 2, 6), [1, 1], [2, 2]];
  const b = Float64Array.from(y, (_, i) => (i % 5 === 0 ? 0 : 1));
  const total = b.reduce((s, v) => s + v, 0);
  const result = semidiscretePlane(triangle, y, { b: b.map((value) => (2 * value) / total) });
  expect(result.report.status).toBe("optimal");
  const proof = result.certify();
  expect(proof.primalResidual).toBeLessThan(1e-8);
  expect(Math.abs(proof.gap)).toBeLessThan(1e-8 * proof.primal);
  expect(result.cells[0].mass).toBe(0);
  const line = semidiscretePlane(square, [
    [0.5, 0.1],
    [0.5, 0.2],
    [0.5, 0.9],
  ]);
  for (const { mass } of line.cells) expect(mass).toBeCloseTo(1 / 3, 10);
});

it("an even image is the polygon it covers; W_2 to scattered points agrees with discrete transport of its pixels", () => {
  const y = scattered(20, 8, 4);
  const even = semidiscretePlane({ kind: "image", pixels: new Float64Array(16).fill(1 / 16), width: 4, height: 4 }, y);
  const plain = semidiscretePlane(
    {
      kind: "polygon",
      vertices: [
        [0, 0],
        [4, 0],
        [4, 4],
        [0, 4],
      ],
    },
    y,
  );
  expect(even.value).toBeCloseTo(plain.value, 10);
  const [width, height] = [6, 5];
  const rng = random(4);
  const pixels = Float64Array.from({ length: width * height }, (_, k) => (k % 4 === 1 ? 0 : rng.uniform()));
  const mass = pixels.reduce((sum, v) => sum + v, 0);
  const b = masses(20, 9).map((value) => value * mass);
  const exact = semidiscretePlane({ kind: "image", pixels, width, height }, y, { b });
  expect(exact.certify().primalResidual).toBeLessThan(1e-9);
  // Pixels cut into s x s, each moved whole: feasible, so no cheaper, and better with s.
  const excess = [4, 12].map((s) => {
    const fine: number[][] = [];
    const a: number[] = [];
    for (let k = 0; k < width * height * s * s; k++) {
      const [r, c] = [Math.floor(k / (width * s)), k % (width * s)];
      fine.push([(c + 0.5) / s, (r + 0.5) / s]);
      a.push(pixels[Math.floor(r / s) * width + Math.floor(c / s)] / (s * s));
    }
    return emd(a, b, cost.points(fine, y), { massTolerance: 1e-6 }).value + mass / (6 * s * s) - exact.value;
  });
  expect(excess[1]).toBeGreaterThan(0);
  expect(excess[1]).toBeLessThan(excess[0] / 3);
  expect(excess[1]).toBeLessThan(1e-3 * exact.value);
});

it("an image with an empty middle is reached through densities that are not, and proved", () => {
  const [width, height] = [8, 8];
  const pixels = Float64Array.from({ length: 64 }, (_, k) => (k % 8 === 0 || k % 8 === 7 ? 1 / 16 : 0));
  const result = semidiscretePlane({ kind: "image", pixels, width, height }, scattered(12, 3, 2, 3));
  const proof = result.certify();
  expect(proof.primalResidual).toBeLessThan(1e-8);
  expect(Math.abs(proof.relativeGap)).toBeLessThan(1e-8);
});

it("a limit keeps the cells so far, and bad input is refused with a cure", () => {
  const early = semidiscretePlane(square, scattered(80, 4), { b: masses(80, 6), maxIterations: 1 });
  expect(early.report.status).toBe("maxIterations");
  const proof = early.certify();
  expect(proof.primalResidual).toBeGreaterThan(1e-6);
  expect(proof.dual).toBeLessThanOrEqual(
    semidiscretePlane(square, scattered(80, 4), { b: masses(80, 6) }).value + 1e-12,
  );
  expect(() =>
    semidiscretePlane(square, [
      [0, 0],
      [0, 0],
    ]),
  ).toThrow(/coincide/);
  expect(() => semidiscretePlane(square, [[0, 0, 0]])).toThrow(/plane/);
  expect(() => semidiscretePlane(square, [[0, 0]], { b: [2] })).toThrow();
  expect(() =>
    semidiscretePlane(
      {
        kind: "polygon",
        vertices: [
          [0, 0],
          [1, 1],
          [1, 0],
          [0, 1],
        ],
      },
      [[0, 0]],
    ),
  ).toThrow(/convex|area/);
});
