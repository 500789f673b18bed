// The public names of the library: adding or losing one is a decision, not an accident.
import { expect, it } from "vitest";
import * as gromov from "../src/gromov/index.ts";
import * as monge from "../src/index.ts";
import * as matching from "../src/matching/index.ts";
import * as potential from "../src/potential/index.ts";

it("monge exports exactly these values", () => {
  expect(Object.keys(monge).sort()).toMatchInlineSnapshot(`
    [
      "OtError",
      "assignment",
      "componentOf",
      "cost",
      "densePlan",
      "divergenceOfCosts",
      "emd",
      "emdBatch",
      "empiricalGaussian",
      "energyDistance1d",
      "entropicMap",
      "gaussian",
      "gaussianMixture",
      "gradient",
      "gridL1",
      "groundNames",
      "histogram",
      "isOtError",
      "lazyPlan",
      "loadKernels",
      "lowRankPlan",
      "lowRankTransport",
      "matrix",
      "mixtureOf",
      "normalize",
      "partialTransport",
      "partialTransport1d",
      "pointCloud",
      "random",
      "regularisedTransport",
      "roundPlan",
      "sinkhorn",
      "sinkhornBatch",
      "sinkhornDivergence",
      "sinkhornDivergences",
      "solve",
      "sparseFromEntries",
      "sparsePlan",
      "unbalancedTransport",
      "wasserstein1d",
      "wassersteinCircle",
      "wassersteinCircleUniform",
    ]
  `);
});
it("monge/gromov exports exactly these values", () => {
  expect(Object.keys(gromov).sort()).toMatchInlineSnapshot(`
    [
      "fusedGromovBarycenter",
      "fusedGromovWasserstein",
      "gromovBarycenter",
      "gromovLowerBounds",
      "gromovWasserstein",
      "partialFusedGromovWasserstein",
      "partialGromovWasserstein",
      "semiRelaxedFusedGromovWasserstein",
      "semiRelaxedGromovWasserstein",
      "unbalancedGromovWasserstein",
    ]
  `);
});
it("monge/matching exports exactly these values", () => {
  expect(Object.keys(matching).sort()).toMatchInlineSnapshot(`
    [
      "matchGaussians",
      "matchViews",
      "simulateView",
      "transferLabels",
      "transferValues",
      "viewScores",
    ]
  `);
});
it("monge.cost exports exactly these constructors", () => {
  expect(Object.keys(monge.cost).sort()).toMatchInlineSnapshot(`
    [
      "custom",
      "dense",
      "gaussians",
      "grid",
      "lowRank",
      "points",
      "sparse",
    ]
  `);
});
it("monge/potential exports exactly these values", () => {
  expect(Object.keys(potential).sort()).toMatchInlineSnapshot(`
    [
      "convolutional",
      "critic",
      "criticFromBytes",
      "discretePotential",
      "kantorovichPotential",
      "mlp",
      "rayLengths",
      "trainCritic",
      "transportStep",
      "w1Map",
      "w1MapFromBytes",
    ]
  `);
});
