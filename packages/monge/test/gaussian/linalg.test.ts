// The small matrices beneath: eigenvalues and singular values against their definitions, graded and deficient ones, too.
import { describe, expect, it } from "vitest";
import { random } from "../../src/index.ts";
import { eigen, positiveEigen, spectral, squareRoot } from "../../src/linalg/eigen.ts";
import { nuclearNorm, singular } from "../../src/linalg/singular.ts";
import { gram, multiply, transposed } from "../../src/linalg/small.ts";
import { covariance } from "./gaussians.ts";

const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const apart = (A: Float64Array, B: Float64Array): number => largest(A.map((value, k) => value - B[k]));
const unit = (d: number): Float64Array => Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));

describe("eigen(A, d)", () => {
  it.each([1, 2, 3, 7, 25])("d = %d: rebuilds A from orthonormal vectors, values descending", (d) => {
    const { normal } = random(d);
    const A = new Float64Array(d * d);
    for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) A[i * d + j] = A[j * d + i] = normal();
    const found = eigen(A, d);
    expect(apart(spectral(found), A)).toBeLessThan(1e-13 * d);
    expect(apart(gram(found.vectors, d, d), unit(d))).toBeLessThan(1e-13);
    for (let k = 1; k < d; k++) expect(found.values[k]).toBeLessThanOrEqual(found.values[k - 1]);
  });
  it("keeps the small eigenvalues of a graded matrix to their own digits", () => {
    const { values } = positiveEigen(Float64Array.of(1, 1e-10, 1e-10, 1e-16), 2);
    expect(values[1] / (1e-16 - 1e-20)).toBeCloseTo(1, 10);
  });
  it("positiveEigen sees the rank of a matrix that has not full rank", () => {
    for (let seed = 0; seed < 50; seed++) {
      const d = 3 + (seed % 4);
      const rank = 1 + (seed % 2);
      const { values } = positiveEigen(Float64Array.from(covariance(d, seed, rank).flat()), d);
      expect(values.filter((value) => value > 0).length).toBe(rank);
    }
  });
  it("squareRoot(A) squares to A", () => {
    const A = Float64Array.from(covariance(5, 3).flat());
    const root = squareRoot(A, 5);
    expect(apart(multiply(root, root, 5), A)).toBeLessThan(1e-12);
    expect(apart(root, transposed(root, 5, 5))).toBe(0);
  });
});

describe("singular(M, d)", () => {
  it.each([
    [1, 1],
    [2, 1],
    [4, 4],
    [6, 3],
    [12, 5],
    [3, 0],
  ])("d = %d, rank %d: rebuilds M from orthonormal vectors of both sides", (d, rank) => {
    const { normal } = random(10 * d + rank);
    const P = Float64Array.from({ length: d * d }, (_, k) => (k % d < rank ? normal() : 0));
    const Q = Float64Array.from({ length: d * d }, (_, k) => (Math.floor(k / d) < rank ? normal() : 0));
    const M = multiply(P, Q, d);
    const { values, left, right } = singular(M, d);
    expect(apart(gram(left, d, d), unit(d))).toBeLessThan(1e-13);
    expect(apart(gram(right, d, d), unit(d))).toBeLessThan(1e-13);
    const scaled = left.map((value, at) => value * values[Math.floor(at / d)]);
    expect(apart(multiply(transposed(scaled, d, d), right, d), M)).toBeLessThan(1e-12);
    expect(nuclearNorm(M.slice(), d)).toBeCloseTo(
      values.reduce((total, value) => total + value, 0),
      11,
    );
  });
});
