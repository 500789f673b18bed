// Plans to start from: the objective has many local optima, and where a descent starts decides which it finds.

import { random } from "../linalg/random.ts";
import { type SparseMatrix, sparseFromEntries } from "../linalg/sparse.ts";
import type { StartPlan } from "./conditionalGradient.ts";
import { firstBound, thirdBound } from "./lowerBounds.ts";
import type { GromovProblem } from "./problem.ts";

/**
 * Where to start: `"product"` a (x) b / mass; `"axes"` the linear maps between principal axes, one for each choice of signs (squared Euclidean
 * structures of points alone); `"TLB"` and `"FLB"` the plans of these lower bounds; `"random"` the plan that
 * the gradient at a random plan asks for: at a vertex itself a concave objective is nearly always at a local optimum.
 */
export type GromovStart = "product" | "axes" | "TLB" | "FLB" | "random";

/** A start as it is tried: a plan, or something whose gradient leads to one. */
export interface Start {
  readonly name: GromovStart | "initial";
  plan(): StartPlan;
  /** Index in `energy.seeds()` of the image to take the gradient at, for `"axes"`. */
  readonly seed?: number;
  /** The share of `plan` in a mean with the product to take the gradient at, for `"random"`. */
  readonly share?: number;
}

/** The starts in their order; where a number of them is asked for, random ones fill up. `seeds` is how many images the energy suggests. */
export function startsOf(problem: GromovProblem, asked: number | readonly GromovStart[], seeds: number): Start[] {
  const stream = random(problem.seed);
  const one = (name: GromovStart): Start[] => {
    if (name === "axes") return Array.from({ length: seeds }, (_, seed) => ({ name, plan: () => "product", seed }));
    if (name === "random") {
      const plan = randomVertex(problem.a, problem.b, stream);
      return [{ name, plan: () => plan, share: 0.1 + 0.9 * stream.uniform() }];
    }
    return [{ name, plan: () => planOf(problem, name) }];
  };
  if (typeof asked !== "number") return asked.flatMap(one);
  const listed = (["product", "axes", "TLB", "FLB"] as const).flatMap(one).slice(0, asked);
  while (listed.length < asked) listed.push(...one("random"));
  return listed;
}

function planOf(problem: GromovProblem, name: GromovStart): StartPlan {
  const { x, y, a, b, loss, term, alpha } = problem;
  if (name === "product") return "product";
  if (name === "FLB") return firstBound(x, y, a, b, loss).plan.toSparse();
  return thirdBound(x, y, a, b, loss, 16, term, alpha * problem.mass).plan.toSparse();
}

/** The northwest corner rule on atoms in random order. */
export function randomVertex(a: Float64Array, b: Float64Array, { integer }: ReturnType<typeof random>): SparseMatrix {
  const shuffled = (count: number): Int32Array => {
    const order = Int32Array.from({ length: count }, (_, k) => k);
    for (let k = count - 1; k > 0; k--) {
      const other = integer(k + 1);
      [order[k], order[other]] = [order[other], order[k]];
    }
    return order;
  };
  const rows = shuffled(a.length);
  const columns = shuffled(b.length);
  const i: number[] = [];
  const j: number[] = [];
  const mass: number[] = [];
  let [k, l] = [0, 0];
  let [left, room] = [a[rows[0]], b[columns[0]]];
  while (k < rows.length && l < columns.length) {
    const lastRow = k === rows.length - 1;
    const lastColumn = l === columns.length - 1;
    const moved =
      lastRow && lastColumn ? Math.max(left, room) : lastRow ? room : lastColumn ? left : Math.min(left, room);
    if (moved > 0) {
      i.push(rows[k]);
      j.push(columns[l]);
      mass.push(moved);
    }
    // Where both are used up at once, the row goes first: the column waits with nothing.
    if (lastColumn || (!lastRow && left <= room)) {
      room -= moved;
      k++;
      left = k < rows.length ? a[rows[k]] : 0;
    } else {
      left -= moved;
      l++;
      room = l < columns.length ? b[columns[l]] : 0;
    }
  }
  return sparseFromEntries(a.length, b.length, i, j, mass);
}
