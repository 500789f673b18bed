// Problems whose kernel memory crosses 2 GiB, where addresses no longer fit a signed integer: in the full run only.
import { expect, it } from "vitest";
import { cost, emd } from "../../src/index.ts";
import { cloud, masses } from "../generators/problems.ts";

it.skipIf(!process.env["MONGE_FULL"])("emd with 17 000 x 17 000 pairs in memory is optimal", () => {
  const n = 17_000;
  const problem = cost.points(cloud("square", n, 1), cloud("square", n, 2));
  const a = masses("random", n, 3);
  const b = masses("random", n, 4);
  const result = emd(a, b, problem, { method: "networkSimplex" });
  expect(result.report.status).toBe("optimal");
  expect(result.value).toBeCloseTo(emd(a, b, problem, { method: "points" }).value, 12);
});
