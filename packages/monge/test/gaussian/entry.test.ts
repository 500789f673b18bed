// The entry point monge/gaussian: its names, its kernels' matrix, and solves that cross to workers' tables.
import { describe, expect, it } from "vitest";
import { costData, costOfData } from "../../src/cost/transfer.ts";
import { transpose } from "../../src/cost/transpose.ts";
import * as entry from "../../src/gaussian/index.ts";
import { cost, random } from "../../src/index.ts";
import { solvers } from "../../src/worker/solvers.ts";
import { anyMixture } from "./gaussians.ts";

it("monge/gaussian exports exactly these values", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "buresCostMatrix",
      "buresDistance",
      "buresWassersteinDistance",
      "componentOf",
      "embeddedWasserstein",
      "empiricalGaussian",
      "empiricalSpiked",
      "entropicGaussian",
      "gaussian",
      "gaussianBarycenter",
      "gaussianGeodesic",
      "gaussianGromovWasserstein",
      "gaussianLogPdf",
      "gaussianMap",
      "gaussianMixture",
      "gaussianPdf",
      "gaussianSinkhornDivergence",
      "generalizedBarycenter",
      "generalizedGaussianBarycenter",
      "mixtureBarycenter",
      "mixtureLogPdf",
      "mixtureOf",
      "mixturePdf",
      "mixtureTransport",
      "projectionDistance",
      "reduceMixture",
      "sampleMixture",
      "spikedBuresDistance",
      "spikedMap",
      "squaredBuresDistance",
      "squaredBuresWassersteinDistance",
    ]
  `);
});

describe("buresCostMatrix(source, target)", () => {
  it.each([1, 2, 3, 4, 9])("d = %d: the matrix of cost.gaussians", (d) => {
    const [source, target] = [anyMixture(23, d, 1, "mixed"), anyMixture(18, d, 2, "mixed")];
    const C = cost.gaussians(source, target);
    const { data, rows, cols } = entry.buresCostMatrix(source, target);
    expect([rows, cols]).toEqual([23, 18]);
    C.block(0, 23).forEach((value, k) => expect(Math.abs(data[k] - value)).toBeLessThan(1e-11));
    expect(entry.buresCostMatrix(source).data.length).toBe(23 * 23);
  });
  it("scales as lengths squared from 1e-70 to 1e70, and is empty for no components", () => {
    const mixture = anyMixture(12, 3, 3);
    const base = entry.buresCostMatrix(mixture).data;
    for (const scale of [2 ** -233, 2 ** 233]) {
      const scaled = {
        ...mixture,
        means: { ...mixture.means, data: mixture.means.data.map((value) => value * scale) },
        covariances: mixture.covariances.map((value) => value * scale * scale),
      };
      entry.buresCostMatrix(scaled).data.forEach((value, k) => expect(value / scale / scale).toBeCloseTo(base[k], 10));
      expect(cost.gaussians(scaled).at(0, 1) / scale / scale).toBeCloseTo(base[1], 10);
    }
    expect(entry.buresCostMatrix(entry.gaussianMixture([], []), mixture).data.length).toBe(0);
  });
});

describe("cost.gaussians", () => {
  const [source, target] = [anyMixture(5, 3, 4), anyMixture(4, 3, 5)];
  const C = cost.gaussians(source, target);
  it("crosses as its mixtures, turns round, and multiplies", () => {
    const data = costData(C);
    expect(data).toEqual({ kind: "gaussians", source, target });
    expect(data === null ? null : costOfData(data).block(0, 5)).toEqual(C.block(0, 5));
    for (let i = 0; i < 5; i++) for (let j = 0; j < 4; j++) expect(transpose(C).at(j, i)).toBe(C.at(i, j));
    const { normal } = random(6);
    const v = Float64Array.from({ length: 4 }, normal);
    C.apply(v, 0).forEach((value, i) =>
      expect(value).toBeCloseTo(
        v.reduce((sum, entry, j) => sum + entry * C.at(i, j), 0),
        11,
      ),
    );
  });
});

it("workers know reduceMixture", () => {
  expect(Object.keys(solvers)).toContain("reduceMixture");
});
