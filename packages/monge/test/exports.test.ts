// The public names of the library: adding or losing one is a decision, not an accident.
import { expect, it } from "vitest";
import * as cohort from "../src/cohort/index.ts";
import * as gromov from "../src/gromov/index.ts";
import * as monge from "../src/index.ts";
import * as matching from "../src/matching/index.ts";

it("monge exports exactly these values", () => {
  expect(Object.keys(monge).sort()).toMatchInlineSnapshot(`
    [
      "OtError",
      "assignment",
      "componentOf",
      "cost",
      "densePlan",
      "divergenceNames",
      "divergenceOfCosts",
      "driftMonitor",
      "emd",
      "emdBatch",
      "empiricalGaussian",
      "energyDistance1d",
      "energyStatistic",
      "entropicMap",
      "fDivergence",
      "gaussian",
      "gaussianMixture",
      "gradient",
      "gridL1",
      "gridSquared",
      "groundNames",
      "histogram",
      "isOtError",
      "kernelNames",
      "lazyPlan",
      "loadKernels",
      "lowRankPlan",
      "lowRankTransport",
      "matrix",
      "mixtureOf",
      "normalize",
      "partialTransport",
      "partialTransport1d",
      "permutationTest",
      "pointCloud",
      "proportion",
      "random",
      "regularisedTransport",
      "roundPlan",
      "sampleDistance",
      "sampleDistanceKinds",
      "sinkhorn",
      "sinkhornBatch",
      "sinkhornDivergence",
      "sinkhornDivergences",
      "solve",
      "sparseFromEntries",
      "sparsePlan",
      "twoSampleTest",
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
it("monge/cohort exports exactly these values", () => {
  expect(Object.keys(cohort).sort()).toMatchInlineSnapshot(`
    [
      "areaUnderCurve",
      "classicalScaling",
      "compareCohorts",
      "coneDistances",
      "groupDifference",
      "imageDistances",
      "imageScores",
      "medoids",
      "nearestMedoid",
      "nearestNeighbours",
      "siteOverlap",
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
