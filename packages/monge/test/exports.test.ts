// The public names of the library: adding or losing one is a decision, not an accident.
import { expect, it } from "vitest";
import * as monge from "../src/index.ts";

it("monge exports exactly these values", () => {
  expect(Object.keys(monge).sort()).toMatchInlineSnapshot(`
    [
      "OtError",
      "assignment",
      "cost",
      "densePlan",
      "emd",
      "emdBatch",
      "energyDistance1d",
      "gridL1",
      "groundNames",
      "histogram",
      "isOtError",
      "lazyPlan",
      "loadKernels",
      "matrix",
      "normalize",
      "pointCloud",
      "random",
      "sinkhorn",
      "solve",
      "sparseFromEntries",
      "sparsePlan",
      "wasserstein1d",
      "wassersteinCircle",
      "wassersteinCircleUniform",
    ]
  `);
});
it("monge.cost exports exactly these constructors", () => {
  expect(Object.keys(monge.cost).sort()).toMatchInlineSnapshot(`
    [
      "custom",
      "dense",
      "grid",
      "lowRank",
      "points",
      "sparse",
    ]
  `);
});
