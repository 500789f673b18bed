// What memory held before is no part of a problem: the same bits from a workspace full of zeros, of NaN, or of what an earlier solve left.
import { describe, expect, it } from "vitest";
import { cost, emd, type Result, random, sinkhorn } from "../../src/index.ts";
import { entropic } from "../../src/kernels/entropic.ts";
import { exact } from "../../src/kernels/exact.ts";
import type { Kernels } from "../../src/kernels/module.ts";
import { truncated } from "../../src/kernels/truncated.ts";
import { giveBack, lease } from "../../src/kernels/workspace.ts";
import { entropicProblem } from "../generators/entropic.ts";
import { cloudOf } from "../generators/grounds.ts";

const families: readonly Kernels[] = [entropic, exact, truncated];

/** Fills the workspaces that the next solves will lease. */
function fill(byte: number): void {
  for (const family of families) {
    const leased = [lease(family), lease(family)];
    for (const workspace of leased) {
      const size = 1 << 20;
      workspace.u8(workspace.alloc(size), size).fill(byte);
    }
    for (const workspace of leased) giveBack(workspace);
  }
}

const solvers: Record<string, (seed: number) => Result> = {
  sinkhorn: (seed) => entropicly(seed, {}),
  "sinkhorn by Anderson's acceleration": (seed) => entropicly(seed, { acceleration: "anderson" }),
  "sinkhorn by Newton's method": (seed) => entropicly(seed, { acceleration: "newton" }),
  "sinkhorn with penalties": (seed) => entropicly(seed, { unbalanced: 1 }),
  "sinkhorn of a part of the mass": (seed) => entropicly(seed, { partial: 0.5 }),
  "sinkhorn over near pairs": (seed) =>
    sinkhorn(null, null, clouds(seed), { relativeEpsilon: 1e-3, nearPairs: "always", maxIterations: 500 }),
  "emd by the network simplex": (seed) => exactly(seed, "networkSimplex"),
  "emd by cost scaling": (seed) => exactly(seed, "costScaling"),
  "emd between points": (seed) => emd(null, null, clouds(seed), { method: "points" }),
};

function entropicly(seed: number, options: Partial<Parameters<typeof sinkhorn>[3]>): Result {
  const { a, b, C, relativeEpsilon } = entropicProblem(seed);
  return sinkhorn(a, b, C, { relativeEpsilon, massTolerance: 1e-6, maxIterations: 500, ...options });
}

function exactly(seed: number, method: "networkSimplex" | "costScaling"): Result {
  const { a, b, C } = entropicProblem(seed);
  return emd(a, b, C, { method, massTolerance: 1e-6 });
}

function clouds(seed: number) {
  const rng = random(seed);
  return cost.points(cloudOf(rng, 40 + rng.integer(20), 2), cloudOf(rng, 40 + rng.integer(20), 2));
}

describe("the bits of an answer", () => {
  it.each(Object.entries(solvers))("are those of empty memory: %s", (_, solve) => {
    for (let seed = 0; seed < 24; seed++) {
      const bits = [0, 255, 0x40].map((byte) => {
        fill(byte);
        const { value, report, potentials } = solve(seed);
        return [value, report.status, report.iterations, ...potentials.f, ...potentials.g];
      });
      expect(bits[1]).toEqual(bits[0]);
      expect(bits[2]).toEqual(bits[0]);
    }
  });
});
