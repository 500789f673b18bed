// Gaussians of different dimensions: Gromov-Wasserstein, embeddings, projections, each against sampling or a search.
import { describe, expect, it } from "vitest";
import {
  buresWassersteinDistance,
  embeddedWasserstein,
  type Gaussian,
  gaussian,
  gaussianGromovWasserstein,
  projectionDistance,
  sampleMixture,
  squaredBuresWassersteinDistance,
} from "../../src/gaussian/index.ts";
import { random } from "../../src/index.ts";
import { compression } from "../../src/linalg/interlacing.ts";
import { gram, product, transposed } from "../../src/linalg/small.ts";
import { mixtureOf } from "../../src/measure/mixture.ts";
import { anyGaussian } from "./gaussians.ts";

/** n x m with orthonormal rows, by Gram-Schmidt. */
function rows(n: number, m: number, normal: () => number): Float64Array {
  const V = Float64Array.from({ length: n * m }, normal);
  for (let i = 0; i < n; i++) {
    for (let turn = 0; turn < 2; turn++) {
      for (let j = 0; j < i; j++) {
        let along = 0;
        for (let k = 0; k < m; k++) along += V[i * m + k] * V[j * m + k];
        for (let k = 0; k < m; k++) V[i * m + k] -= along * V[j * m + k];
      }
      const length = Math.hypot(...V.subarray(i * m, (i + 1) * m));
      for (let k = 0; k < m; k++) V[i * m + k] /= length;
    }
  }
  return V;
}

function through(V: Float64Array, n: number, { covariance }: Gaussian, mean: Float64Array): Gaussian {
  const m = covariance.rows;
  const data = product(product(V, covariance.data, n, m, m), transposed(V, n, m), n, m, n);
  return { kind: "gaussian", mean, covariance: { data, rows: n, cols: n } };
}

const identityError = (G: Float64Array, n: number): number =>
  G.reduce((worst, value, k) => Math.max(worst, Math.abs(value - (k % (n + 1) === 0 ? 1 : 0))), 0);

describe("compression(lambda, rho)", () => {
  it("has orthonormal rows and the wanted eigenvalues, with ties and gaps of any size", () => {
    const { uniform } = random(1);
    for (let round = 0; round < 300; round++) {
      const m = 2 + (round % 7);
      const n = 1 + (round % m);
      const digits = round % 3 === 0 ? 2 : 1e6;
      const lambda = Float64Array.from({ length: m }, () => Math.round(uniform() * digits) / digits).sort(
        (p, q) => q - p,
      );
      const rho = Float64Array.from({ length: n }, (_, i) => {
        const t = round % 2 === 0 ? uniform() : Math.round(uniform());
        return t * lambda[i] + (1 - t) * lambda[i + m - n];
      }).sort((p, q) => q - p);
      const V = compression(lambda, rho);
      expect(identityError(gram(V, n, m), n)).toBeLessThan(1e-12);
      const image = product(product(V, diagonal(lambda), n, m, m), transposed(V, n, m), n, m, n);
      image.forEach((value, k) => {
        const wanted = k % (n + 1) === 0 ? rho[Math.floor(k / n)] : 0;
        expect(Math.abs(value - wanted)).toBeLessThan(1e-12);
      });
    }
  });
});

function diagonal(values: Float64Array): Float64Array {
  const d = values.length;
  const out = new Float64Array(d * d);
  values.forEach((value, k) => (out[k * (d + 1)] = value));
  return out;
}

describe("projectionDistance(source, target)", () => {
  it.each([
    [3, 2],
    [5, 2],
    [4, 4],
    [6, 1],
    [4, 3],
  ])("from %d to %d dimensions: the projection achieves it, no other one found is better", (m, n) => {
    const { normal } = random(10 * m + n);
    for (let seed = 0; seed < 8; seed++) {
      const [p, q] = [anyGaussian(m, seed), anyGaussian(n, seed + 50)];
      const { value, distance, projection, image, projected } = projectionDistance(p, q);
      expect(projected).toBe("source");
      expect(identityError(gram(projection.data, n, m), n)).toBeLessThan(1e-12);
      expect(squaredBuresWassersteinDistance(image, q)).toBeCloseTo(value, 11);
      expect(squaredBuresWassersteinDistance(through(projection.data, n, p, q.mean), q)).toBeCloseTo(value, 11);
      expect(projectionDistance(q, p).distance).toBe(distance);
      for (let t = 0; t < 60; t++) {
        const near = t % 2 === 0 ? 1 : 0.05;
        const tried = rows(n, m, normal).map((entry, k) => near * entry + (1 - near) * projection.data[k]);
        const V = rows(
          n,
          m,
          (() => {
            let k = 0;
            return () => tried[k++];
          })(),
        );
        expect(squaredBuresWassersteinDistance(through(V, n, p, q.mean), q)).toBeGreaterThan(value - 1e-11);
      }
    }
  });
  it("is 0 for a marginal, and from a point to anything the root of the trace", () => {
    const p = anyGaussian(4, 3);
    const marginal = gaussian(p.mean.slice(0, 2), [
      [p.covariance.data[0], p.covariance.data[1]],
      [p.covariance.data[4], p.covariance.data[5]],
    ]);
    expect(projectionDistance(p, marginal).distance).toBe(0);
    expect(
      projectionDistance(
        gaussian(
          [0, 0, 0],
          [
            [0, 0, 0],
            [0, 0, 0],
            [0, 0, 0],
          ],
        ),
        gaussian([1], [[4]]),
      ).distance,
    ).toBe(2);
  });
  it("apply projects points: their image has the mean of the other one", () => {
    const [p, q] = [anyGaussian(5, 4), anyGaussian(2, 5)];
    const { apply, translation, projection } = projectionDistance(p, q);
    const image = apply([p.mean]);
    q.mean.forEach((value, k) => expect(image.data[k]).toBeCloseTo(value, 12));
    const zero = apply([[0, 0, 0, 0, 0]]);
    translation.forEach((value, k) => expect(zero.data[k]).toBeCloseTo(value, 12));
    expect(projection.rows).toBe(2);
  });
});

describe("embeddedWasserstein(source, target)", () => {
  it.each([
    [3, 2],
    [5, 3],
    [3, 3],
  ])("%d and %d dimensions: achieved by its isometry, and by no other one that was tried", (m, n) => {
    const { normal } = random(m + 10 * n);
    const [p, q] = [anyGaussian(m, 1), anyGaussian(n, 2)];
    const { value, isometry, image, embedded, apply } = embeddedWasserstein(p, q);
    expect(embedded).toBe("target");
    expect(identityError(gram(transposed(isometry.data, m, n), n, m), n)).toBeLessThan(1e-13);
    expect(squaredBuresWassersteinDistance(image, p)).toBeCloseTo(value, 11);
    const moved = apply([q.mean]);
    p.mean.forEach((entry, k) => expect(moved.data[k]).toBeCloseTo(entry, 12));
    for (let t = 0; t < 200; t++) {
      const V = transposed(rows(n, m, normal), n, m);
      expect(squaredBuresWassersteinDistance(through(V, m, q, p.mean), p)).toBeGreaterThan(value - 1e-11);
    }
    expect(embeddedWasserstein(q, p).value).toBe(value);
  });
  it("bounds the projection distance from above, and W2 from below", () => {
    const [p, q] = [anyGaussian(4, 6), anyGaussian(2, 7)];
    expect(projectionDistance(p, q).value).toBeLessThan(embeddedWasserstein(p, q).value);
    const same = anyGaussian(4, 8);
    expect(embeddedWasserstein(p, same).distance).toBeLessThan(buresWassersteinDistance(p, same));
  });
});

describe("gaussianGromovWasserstein(source, target)", () => {
  it.each([
    [1, 1],
    [3, 2],
    [4, 4],
  ])(
    "from %d to %d dimensions: the functional at the plan of its map, by sampling, within four standard errors",
    (m, n) => {
      const [p, q] = [anyGaussian(m, 20), anyGaussian(n, 21)];
      for (const compare of ["distances", "products"] as const) {
        const { value, lowerBound, apply, certify } = gaussianGromovWasserstein(p, q, { compare });
        const count = 40000;
        const centred = compare === "products";
        const x = sampleMixture(mixtureOf([p]), 2 * count, 3).points;
        const y = apply(x);
        const terms = Float64Array.from({ length: count }, (_, i) => {
          const pairTerm = (data: Float64Array, d: number, mean: Float64Array): number => {
            let sum = 0;
            for (let k = 0; k < d; k++) {
              const [u, v] = [data[2 * i * d + k], data[(2 * i + 1) * d + k]];
              sum += centred ? (u - mean[k]) * (v - mean[k]) : (u - v) ** 2;
            }
            return sum;
          };
          return (pairTerm(x.data, m, p.mean) - pairTerm(y.data, n, q.mean)) ** 2;
        });
        const mean = terms.reduce((sum, term) => sum + term, 0) / count;
        const error = Math.sqrt(terms.reduce((sum, term) => sum + (term - mean) ** 2, 0)) / count;
        expect(Math.abs(mean - value)).toBeLessThan(4 * error);
        const certificate = certify();
        expect(certificate.objective / value).toBeCloseTo(1, 11);
        expect(certificate.primalResidual).toBeLessThan(1e-12);
        expect(certificate.lowerBound).toBe(lowerBound);
        expect(lowerBound).toBeLessThanOrEqual(value);
      }
    },
  );
  it("is 0 between rotations of one Gaussian, and 12 (a - b)^2 on the line", () => {
    const c = Math.cos(1);
    const s = Math.sin(1);
    const turned = gaussian(
      [3, 4],
      [
        [4 * c * c + s * s, 3 * c * s],
        [3 * c * s, 4 * s * s + c * c],
      ],
    );
    expect(
      gaussianGromovWasserstein(
        gaussian(
          [0, 0],
          [
            [4, 0],
            [0, 1],
          ],
        ),
        turned,
      ).distance,
    ).toBeLessThan(1e-14);
    expect(gaussianGromovWasserstein(gaussian([0], [[5]]), gaussian([7], [[2]])).value).toBe(12 * 9);
  });
  it("no Gaussian plan that was tried has more |K|^2: the value is the least over them", () => {
    const { normal } = random(30);
    const [p, q] = [anyGaussian(3, 31), anyGaussian(2, 32)];
    const { value } = gaussianGromovWasserstein(p, q);
    const trace = (g: Gaussian): number =>
      g.mean.reduce((sum, _, k) => sum + g.covariance.data[k * (g.mean.length + 1)], 0);
    const squares = (A: Float64Array): number => A.reduce((sum, entry) => sum + entry * entry, 0);
    for (let t = 0; t < 300; t++) {
      // A plan: x = L z, y = M W z with orthonormal rows W.
      const root = (g: Gaussian): Float64Array => cholesky(g.covariance.data, g.mean.length);
      const K = product(
        product(root(p), transposed(rows(2, 3, normal), 2, 3), 3, 3, 2),
        transposed(root(q), 2, 2),
        3,
        2,
        2,
      );
      const functional =
        4 * (trace(p) - trace(q)) ** 2 + 8 * (squares(p.covariance.data) + squares(q.covariance.data) - 2 * squares(K));
      expect(functional).toBeGreaterThan(value - 1e-9);
    }
  });
  it("points decide the directions of the axes", () => {
    const { uniform } = random(40);
    const x = Array.from({ length: 400 }, () => [3 * uniform() ** 3, uniform() ** 3]);
    const flipped = x.map(([u, v]) => [-u, v]);
    const of = (points: number[][]): Gaussian => {
      const mean = [0, 1].map((k) => points.reduce((sum, row) => sum + row[k], 0) / points.length);
      const entry = (i: number, j: number): number =>
        points.reduce((sum, row) => sum + (row[i] - mean[i]) * (row[j] - mean[j]), 0) / points.length;
      return gaussian(mean, [
        [entry(0, 0), entry(0, 1)],
        [entry(1, 0), entry(1, 1)],
      ]);
    };
    const { apply } = gaussianGromovWasserstein(of(x), of(flipped), { points: { source: x, target: flipped } });
    apply(x).data.forEach((value, k) => expect(value).toBeCloseTo(flipped.flat()[k], 9));
  });
  it("to more dimensions: the plan is right, and that no map reaches all is said", () => {
    const { certify, apply } = gaussianGromovWasserstein(anyGaussian(2, 50), anyGaussian(3, 51));
    expect(certify().primalResidual).toBeGreaterThan(0.001);
    expect(apply([[0, 0]]).cols).toBe(3);
  });
});

function cholesky(A: Float64Array, d: number): Float64Array {
  const L = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let entry = A[i * d + j];
      for (let k = 0; k < j; k++) entry -= L[i * d + k] * L[j * d + k];
      L[i * d + j] = i === j ? Math.sqrt(entry) : entry / L[j * d + j];
    }
  }
  return L;
}
