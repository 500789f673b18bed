// The result of a transport between two rows of atoms on a line or a circle: plan and potentials are made when somebody asks.
import type { Cost } from "../cost/cost.ts";
import { sparseFromEntries } from "../linalg/sparse.ts";
import { dot, sum } from "../linalg/sum.ts";
import { type SparsePlan, sparsePlan } from "../plan/sparse.ts";
import { certifyExact } from "../run/certificate.ts";
import type { Potentials } from "../run/options.ts";
import type { Result } from "../run/result.ts";
import type { Staircase } from "./staircase.ts";

/** A result whose ground cost is the p-th power of a distance. */
export interface LineResult extends Result {
  /** value^(1/p), in the unit of the coordinates; it is the p-Wasserstein distance where the mass is 1. */
  readonly distance: number;
  /** At most n + m - 1 entries. */
  readonly plan: SparsePlan;
}

/** What {@link lineResult} needs. */
export interface LineAnswer {
  readonly cost: Cost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly p: number;
  readonly value: number;
  readonly stairs: Staircase;
  /** Row and column of `cost` for each row and column of the stairs. */
  readonly rows: Uint32Array;
  readonly cols: Uint32Array;
  /** Potentials indexed as the stairs are. */
  readonly potentials: () => { f: Float64Array; g: Float64Array };
  readonly method: string;
  readonly why: string;
  readonly massAdjustment: number;
  readonly elapsedMs: number;
}

/** Builds the result. */
export function lineResult(answer: LineAnswer): LineResult {
  const { cost, a, b, p, value, stairs, rows, cols } = answer;
  const total = sum(a);
  const plan = once(() => sparsePlan(scattered(stairs, rows, cols)));
  const potentials = once(() => centred(answer, total));
  const claim = () => ({ cost, a, b, plan: plan(), potentials: potentials() });
  return {
    value,
    transportCost: value,
    distance: value ** (1 / p),
    get plan() {
      return plan();
    },
    get potentials() {
      return potentials();
    },
    report: {
      status: "optimal",
      method: answer.method,
      why: answer.why,
      backend: "js",
      iterations: stairs.mass.length,
      error: total > 0 ? stairs.drift / total : 0,
      tolerance: 0,
      massAdjustment: answer.massAdjustment,
      elapsedMs: answer.elapsedMs,
      warnings: [],
    },
    certify: Object.assign(() => certifyExact(claim())(), {
      async: (options = {}) => certifyExact(claim()).async(options),
    }),
  };
}

function scattered(stairs: Staircase, rows: Uint32Array, cols: Uint32Array): SparsePlan["matrix"] {
  const { i, j, mass } = stairs;
  const count = mass.reduce((entries, amount) => (amount > 0 ? entries + 1 : entries), 0);
  const row = new Int32Array(count);
  const column = new Int32Array(count);
  const amount = new Float64Array(count);
  for (let k = 0, at = 0; k < mass.length; k++) {
    if (mass[k] === 0) continue;
    row[at] = rows[i[k]];
    column[at] = cols[j[k]];
    amount[at++] = mass[k];
  }
  return sparseFromEntries(rows.length, cols.length, row, column, amount);
}

/** The potentials in the caller's order, shifted so that either side carries half of the dual value. */
function centred(answer: LineAnswer, total: number): Potentials {
  const { a, b, rows, cols } = answer;
  const sorted = answer.potentials();
  const f = new Float64Array(rows.length);
  const g = new Float64Array(cols.length);
  for (let k = 0; k < rows.length; k++) f[rows[k]] = sorted.f[k];
  for (let k = 0; k < cols.length; k++) g[cols[k]] = sorted.g[k];
  if (total > 0) {
    const share = (weights: Float64Array): Float64Array => weights.map((weight) => weight / total);
    const shift = (dot(g, share(b)) - dot(f, share(a))) / 2;
    for (let k = 0; k < f.length; k++) f[k] += shift;
    for (let k = 0; k < g.length; k++) g[k] -= shift;
  }
  return { f, g };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
