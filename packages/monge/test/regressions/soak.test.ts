// Many solves in a row: memory is given back. Short here, a thousand solves in the full run.
import { expect, it } from "vitest";
import { cost, emd } from "../../src/index.ts";
import { cloud, masses } from "../generators/problems.ts";

const solves = process.env["MONGE_FULL"] ? 1000 : 120;

it(`${solves} solves of changing size do not grow the memory of the process`, () => {
  const methods = ["networkSimplex", "costScaling", "points"] as const;
  const resident: number[] = [];
  for (let k = 0; k < solves; k++) {
    const n = 50 + ((k * 37) % 300);
    const problem = cost.points(cloud("square", n, k), cloud("square", n, k + 1));
    const result = emd(masses("random", n, k + 2), masses("random", n, k + 3), problem, { method: methods[k % 3] });
    expect(result.report.status).toBe("optimal");
    if (k % 20 === 19) resident.push(process.memoryUsage().rss);
  }
  // The first third warms up compilers and pools; after that the last reading may not exceed the first by more than noise.
  const warm = resident[Math.floor(resident.length / 3)];
  expect(resident[resident.length - 1]).toBeLessThan(warm + 120e6);
});
