// Pools that end with the tests of a file, and what these tests share.
import type { Worker } from "node:worker_threads";
import { afterAll } from "vitest";
import { cost, type Result, random } from "../../src/index.ts";
import { createPool, type Pool } from "../../src/worker/index.ts";

const open: Pool[] = [];
export function pool(threads: number, worker?: () => Worker): Pool {
  const made = createPool({ threads, worker });
  open.push(made);
  return made;
}
afterAll(() => Promise.all(open.map((each) => each.close())));

export function cloud(n: number, d: number, seed: number): number[][] {
  const rng = random(seed);
  return Array.from({ length: n }, () => Array.from({ length: d }, () => rng.uniform()));
}
export function masses(n: number, seed: number): Float64Array {
  const rng = random(seed);
  const weights = Float64Array.from({ length: n }, () => rng.uniform() + 0.1);
  const total = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / total);
}
/** Takes about a second. */
export const long = cost.points(cloud(1500, 3, 1), cloud(1500, 3, 2), "euclidean");
export const longer = cost.points(cloud(5000, 3, 3), cloud(5000, 3, 4), "euclidean");
export const slowly = { method: "networkSimplex" } as const;

export function bits(result: Result): unknown {
  const { elapsedMs: _, ...report } = result.report;
  const { f, g } = result.potentials;
  return { value: result.value, paid: result.transportCost, plan: result.plan.toSparse(1e-12), f, g, report };
}

export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("it did not reject");
    },
    (error: unknown) => error,
  );
}
