// The public names of the library: adding or losing one is a decision, not an accident.
import { expect, it } from "vitest";
import * as barycenter from "../src/barycenter/index.ts";
import * as cohort from "../src/cohort/index.ts";
import * as gromov from "../src/gromov/index.ts";
import * as image from "../src/image/index.ts";
import * as monge from "../src/index.ts";
import * as matching from "../src/matching/index.ts";
import * as potential from "../src/potential/index.ts";

it("monge exports exactly these values", () => {
  expect(Object.keys(monge).sort()).toMatchInlineSnapshot(`
    [
      "OtError",
      "allocate",
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
      "generalisedSliced",
      "gradient",
      "gridL1",
      "gridSquared",
      "groundNames",
      "histogram",
      "isOtError",
      "kernelNames",
      "lazyPlan",
      "linearCircular",
      "loadKernels",
      "lowRankPlan",
      "lowRankTransport",
      "matrix",
      "maxSliced",
      "minSlicedPlan",
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
      "semidiscrete",
      "semidiscretePlane",
      "sampleDistance",
      "sampleDistanceKinds",
      "sinkhorn",
      "sinkhornBatch",
      "sinkhornDivergence",
      "sinkhornDivergences",
      "slicedPlan",
      "slicedWasserstein",
      "solve",
      "sparseFromEntries",
      "sparsePlan",
      "sphericalSliced",
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
      "coOptimalTransport",
      "fusedGromovBarycenter",
      "fusedGromovWasserstein",
      "gromovBarycenter",
      "gromovLowerBounds",
      "gromovWasserstein",
      "partialFusedGromovWasserstein",
      "partialGromovWasserstein",
      "quantizedFusedGromovWasserstein",
      "quantizedGromovWasserstein",
      "semiRelaxedFusedGromovWasserstein",
      "semiRelaxedGromovWasserstein",
      "unbalancedGromovWasserstein",
    ]
  `);
});
it("monge/barycenter exports exactly these values", () => {
  expect(Object.keys(barycenter).sort()).toMatchInlineSnapshot(`
    [
      "barycenter",
      "exactBarycenter",
      "freeSupportBarycenter",
      "wassersteinCoordinates",
    ]
  `);
});
it("monge/image exports exactly these values", () => {
  expect(Object.keys(image).sort()).toMatchInlineSnapshot(`
    [
      "colorTransfer",
      "gradientStatistics",
      "morph",
      "palette",
      "register",
      "registerPictures",
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
